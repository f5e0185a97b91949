"""Twelve items as cities write them: each goes through its form, and answers at each boundary in both engines."""

import pytest
from django.urls import reverse

from policies.engine import assess
from policies.engine.batch import generate, simulate
from tests.policies.drafting.editor.pages import Page, fill_in_head, stored
from tests.policies.drafting.editor.test_sections import normal, sent, through_the_form
from tests.policies.engine.batch.odd_rules import catalogue_from
from tests.policies.engine.batch.odd_words import HEAD, PER, fact, item, rate, standard
from tests.policies.engine.batch.support import differences

SCORE = {"do": "score_by", "name": "score", "label": "综合得分"}
LPR = {"2026-01-20": "3.0%", "2026-06-22": "2.9%"}
YES = {"is": True}
RANKED = {"per": PER["city"], "by": "score", "needed": "60"}
ITEMS = {
    # 质量 40%、运用 35%、管理 25% 加权；60 分以上的前 20%，不足一个的按一个，最多 10 个；40/30/30 分期。
    "portfolio": item(
        "odd-01",
        [
            {**SCORE, "field": "quality", "points": "40%"},
            {**SCORE, "field": "use", "points": "35%"},
            {**SCORE, "field": "care", "points": "25%"},
            standard("1000000"),
        ],
        facts=[fact("quality", "number"), fact("use", "number"), fact("care", "number")],
        limits=[{**RANKED, "select_share": "20%", "base": "reached", "rounding": "up", "at_most": 10, "ties": "none"}],
        stages=[{"share": "40%"}, {"share": "30%", "milestone": "中期检查"}, {"share": "30%", "milestone": "验收"}],
    ),
    # 进入国家阶段：美日欧每国 3 万元、其他 1.5 万元；每件最多 5 国、每年 2 国；每家每年 10 万元。
    "national_phase": item(
        "odd-02",
        [{"do": "sum_by", "field": "office", "table": {"major": "30000", "other": "15000"}, "nature": "exact"}],
        facts=[fact("office", "choice", choices={"major": "美日欧", "other": "其他"})],
        limits=[
            {"count": 5, "per": PER["subject"], "tally": "lines"},
            {"count": 2, "per": PER["subject_year"], "tally": "lines"},
            {"yuan": "100000", "per": PER["year"]},
        ],
        subject_rule="flag",
    ),
    # 年费：第 7–10 年 50%、11–15 年 60%、16–20 年 70%；每件每年最高 2000 元。
    "annual_fee": item(
        "odd-03",
        [
            rate("100%", "fees"),
            {"do": "scale_tiers", "field": "fee_year", "table": {"7": "50%", "11": "60%", "16": "70%"}, "unit": "年"},
        ],
        limits=[{"yuan": "2000", "per": PER["subject_year"]}],
        conditions=[{"field": "fee_year", "not_above": 20, "needed": True}],
        subject_rule="flag",
    ),
    # 贴息：合同利率与放款日 LPR 孰低，补利息的 50%；首次贷款上浮 20%。
    "interest": item(
        "odd-04",
        [
            {"do": "look_up", "name": "lpr", "label": "LPR", "day": "drawn_on", "table": LPR},
            *(
                {"do": "convert", "name": name, "label": name, "field": "principal", "rate": of, "days": "days"}
                | {"year": "360"}
                for name, of in (("at_contract", "contract_rate"), ("at_lpr", "lpr"))
            ),
            rate("50%", "at_contract"),
            rate("50%", "at_lpr", joins="smaller"),
            {"do": "scale", "ratio": "120%", "label": "首次贷款", "only": {"field": "first_loan", **YES}},
        ],
        facts=[
            *("drawn_on", "principal", fact("contract_rate", "number")),
            *(fact("days", "integer"), fact("first_loan", "boolean")),
        ],
    ),
    # 净增授权：增长 20% 以上，超过 10 件的每满 5 件 2 万元，最高 20 万元。
    "growth": item(
        "odd-05",
        [
            {"do": "growth_rate", "name": "rate", "label": "增长率", "field": "now", "before": "last"},
            {"do": "add_up", "name": "more", "label": "净增", "fields": ["now"], "less": ["last"], "result": "integer"},
            {"do": "per_unit", "field": "more", "each": "5", "yuan": "20000", "parts": "down", "nature": "exact"}
            | {"above": "10"},
            {"do": "at_most", "yuan": "200000"},
        ],
        facts=[fact("now", "integer"), fact("last", "integer")],
        conditions=[{"field": "rate", "at_least": "20%", "needed": True}],
    ),
    # 维权：胜诉补费用的 50%、和解 30%，最高 20 万元；各级财政合计不超过实际支出；轻微失信减按 80%。
    "enforcement": item(
        "odd-06",
        [
            rate("100%", "fees"),
            {"do": "scale_by", "field": "outcome", "table": {"won": "50%", "settled": "30%"}},
            {"do": "at_most", "yuan": "200000"},
            {"do": "cap_by", "fields": ["fees"], "less": "public", "label": "实际支出"},
            {"do": "scale", "ratio": "80%", "label": "轻微失信", "only": {"field": "breach", **YES}},
        ],
        facts=[
            *(fact("outcome", "choice", choices={"won": "胜诉", "settled": "和解", "lost": "败诉"}), "fees"),
            *(fact("public", "money"), fact("breach", "boolean")),
        ],
    ),
    # 指站考核：90 分以上 10 万元、75 分以上 5 万元；各区每年 5 个，先到先得。
    "stations": item(
        "odd-07",
        [{"do": "tiers", "field": "marks", "table": {"75": "50000", "90": "100000"}, "nature": "exact", "unit": "分"}],
        facts=[fact("marks", "number")],
        limits=[{"count": 5, "per": PER["district"], "tally": "lines"}],
    ),
    # 配套：国家级 1:1、省级 1:0.5，分别最高 100 万元、50 万元。
    "matching": item(
        "odd-08",
        [
            rate("100%", "award"),
            {"do": "scale_by", "field": "level", "table": {"state": "100%", "province": "50%"}},
            {"do": "sum_by", "field": "level", "table": {"state": "1000000", "province": "500000"}}
            | {"nature": "ceiling", "joins": "smaller"},
        ],
        facts=[fact("award", "money"), fact("level", "choice", choices={"state": "国家级", "province": "省级"})],
    ),
    # 技术合同：50 万元以上 3%，100 万元以上 4%（全额）；按共有人数均分；取整到百元。
    "contracts": item(
        "odd-09",
        [
            {"do": "brackets", "fields": ["deal"], "table": {"500000": "3%", "1000000": "4%"}, "parts": "whole"}
            | {"nature": "ceiling"},
            {"do": "joint_share", "field": "parties", "way": "holders"},
            {"do": "round_to", "unit": "100", "way": "down"},
        ],
        facts=[fact("deal", "money"), fact("parties", "integer")],
    ),
    # 代理机构：按授权件数评奖，第 1 名 30 万元、第 2–3 名 20 万元、第 4–10 名 10 万元；100 件以上，同分授权率高者在前。
    "agencies": item(
        "odd-10",
        [standard("300000")],
        facts=[fact("granted", "integer"), fact("grant_rate", "number")],
        limits=[
            {"rank_sums": {"1": "300000", "3": "200000", "10": "100000"}, "per": PER["city"], "by": "granted"}
            | {"needed": "100", "ties": "fact", "then": "grant_rate"}
        ],
    ),
    # 保险：首年 80%、次年 60%、第三年 40%；小型上浮 10%；全市每年 5000 元，不足按比例折算。
    "insurance": item(
        "odd-11",
        [
            rate("100%", "premium_paid"),
            {"do": "scale_by", "field": "which_year", "table": {"1": "80%", "2": "60%", "3": "40%"}},
            {"do": "scale_by", "field": "applicant_size", "table": {"small": "110%"}, "otherwise": "100%"},
        ],
        facts=[fact("premium_paid", "money"), fact("which_year", "integer")],
        limits=[{"year_total": "5000", "per": PER["city"]}],
    ),
    # 人才：2 万元；集团每年 5 万元，近 3 年 6 万元；省 30%、市 40%、其余区；分两期。
    "people": item(
        "odd-12",
        [standard("20000")],
        limits=[{"yuan": "50000", "per": PER["group_year"]}, {"yuan": "60000", "per": PER["rolling"], "years": 3}],
        split={"province": "30%", "city": "40%", "rest": "district", "round": "down"},
        stages=[{"share": "60%", "days": 20}, {"share": "40%", "milestone": "在岗满一年", "days": 10}],
    ),
}
HIGH = {"quality": "60", "use": "60", "care": "60"}
LOAN = {"drawn_on": "2026-06-21", "principal": "1000000", "days": 360, "first_loan": False, "contract_rate": "0.04"}
CASE = {"fees": "100000", "public": "0", "breach": False, "outcome": "won"}
# By item: what each line states, what the question says beside it, and the yuan that follow, worked out by hand.
BOUNDARIES = [
    ("portfolio", [HIGH], {"rank": 2, "ranked": 6}, "1000000"),
    ("portfolio", [HIGH], {"rank": 2, "ranked": 5}, "0"),
    ("portfolio", [HIGH | {"care": "59.99"}], {"rank": 1, "ranked": 6}, "0"),
    ("portfolio", [HIGH], {"rank": 11, "ranked": 500}, "0"),
    ("national_phase", [{"patent_no": "A", "office": "major"}] * 2, {}, "60000"),
    ("national_phase", [{"patent_no": "A", "office": "major"}] * 3, {}, "60000"),
    ("national_phase", [{"patent_no": "A", "office": "other"}], {"times_before": {"project": {"A": 4}}}, "15000"),
    ("national_phase", [{"patent_no": "A", "office": "other"}], {"times_before": {"project": {"A": 5}}}, "0"),
    ("national_phase", [{"patent_no": p, "office": "major"} for p in "ABCD"], {}, "100000"),
    ("annual_fee", [{"fees": "2000", "fee_year": 6}], {}, "0"),
    ("annual_fee", [{"fees": "2000", "fee_year": 7}], {}, "1000"),
    ("annual_fee", [{"fees": "2000", "fee_year": 11}], {}, "1200"),
    ("annual_fee", [{"fees": "8000", "fee_year": 20}], {}, "2000"),
    ("annual_fee", [{"fees": "8000", "fee_year": 21}], {}, "0"),
    (
        "annual_fee",
        [{"patent_no": "A", "fees": "2000", "fee_year": 7}],
        {"paid": {"project_year": {"A": "1500.01"}}},
        "499.99",
    ),
    ("interest", [LOAN], {}, "15000"),
    ("interest", [LOAN | {"drawn_on": "2026-06-22"}], {}, "14500"),
    ("interest", [LOAN | {"contract_rate": "0.0299"}], {}, "14950"),
    ("interest", [LOAN | {"first_loan": True}], {}, "18000"),
    ("growth", [{"now": 120, "last": 100}], {}, "40000"),
    ("growth", [{"now": 119, "last": 100}], {}, "0"),
    ("growth", [{"now": 65, "last": 50}], {}, "20000"),
    ("growth", [{"now": 64, "last": 50}], {}, "0"),
    ("growth", [{"now": 260, "last": 200}], {}, "200000"),
    ("enforcement", [CASE], {}, "50000"),
    ("enforcement", [CASE | {"outcome": "settled"}], {}, "30000"),
    ("enforcement", [CASE | {"outcome": "lost"}], {}, "0"),
    ("enforcement", [CASE | {"public": "60000"}], {}, "40000"),
    ("enforcement", [CASE | {"fees": "400000.02", "breach": True}], {}, "160000"),
    ("stations", [{"marks": "74.9"}], {}, "0"),
    ("stations", [{"marks": "75"}], {}, "50000"),
    ("stations", [{"marks": "90"}], {"rank": 5}, "100000"),
    ("stations", [{"marks": "90"}], {"rank": 6}, "0"),
    ("matching", [{"award": "1000000.01", "level": "state"}], {}, "1000000"),
    ("matching", [{"award": "999999.98", "level": "province"}], {}, "499999.99"),
    ("matching", [{"award": "2000000", "level": "province"}], {}, "500000"),
    ("contracts", [{"deal": "499999.99", "parties": 1}], {}, "0"),
    ("contracts", [{"deal": "500000", "parties": 2}], {}, "7500"),
    ("contracts", [{"deal": "1000000", "parties": 3}], {}, "13300"),
    ("agencies", [{"granted": 100, "grant_rate": "0.6"}], {"rank": 1}, "300000"),
    ("agencies", [{"granted": 100, "grant_rate": "0.6"}], {"rank": 3}, "200000"),
    ("agencies", [{"granted": 100, "grant_rate": "0.6"}], {"rank": 4}, "100000"),
    ("agencies", [{"granted": 100, "grant_rate": "0.6"}], {"rank": 11}, "0"),
    ("agencies", [{"granted": 99, "grant_rate": "0.6"}], {"rank": 1}, "0"),
    ("insurance", [{"premium_paid": "1000", "which_year": 1}], {}, "880"),
    ("insurance", [{"premium_paid": "1000", "which_year": 3}], {}, "440"),
    ("insurance", [{"premium_paid": "1000", "which_year": 4}], {}, "0"),
    ("insurance", [{"premium_paid": "1000", "which_year": 1}], {"paid": {"programme_year": "4500"}}, "500"),
    ("people", [{}], {"paid": {"group_year": "30000.01"}}, "19999.99"),
    ("people", [{}], {"paid": {"rolling": "60000"}}, "0"),
]
CATALOGUE = catalogue_from((HEAD | {"effect": [{"from": "2026-01-01"}]}, [*ITEMS.values()]))


@pytest.mark.parametrize("name", ITEMS)
def test_an_item_of_a_city_comes_back_from_its_form_as_it_was(name):
    assert normal(through_the_form(ITEMS[name])) == normal(ITEMS[name])


@pytest.mark.django_db
def test_all_of_them_are_sent_by_their_pages_and_come_back_unchanged(writer, draft):
    """Each is sent as its form holds it, drawn, and sent again as a browser sends what the page shows."""
    fill_in_head(writer, draft)
    for at, (name, rules) in enumerate(ITEMS.items(), start=1):
        code = f"wx2030-{at:02d}"
        writer.post(reverse("drafting:new_section", args=[draft.key]), {"kind": "per_item", "code": code})
        page = Page(writer, draft, at)
        page.sent = {**sent(rules | {"item": code}), **{key: page.sent[key] for key in ("base", "loaded")}}
        page.press("save")
        assert [one.text for one in page.response.context["page"].problem_links] == [], name
        first = normal(stored(draft, at))
        assert first == normal(rules | {"item": code}), name
        page.press("save")
        assert normal(stored(draft, at)) == first, name


@pytest.mark.parametrize(("name", "lines", "more", "yuan"), BOUNDARIES)
def test_it_answers_right_at_each_boundary(name, lines, more, yuan):
    asked = {"item": ITEMS[name]["item"], "on": "2026-07-01", "applicant": {"kind": "enterprise", "size": "small"}}
    answer = assess(CATALOGUE, {**asked, "lines": [{"granted_on": "2026-07-01", **line} for line in lines], **more})

    assert (answer.amount or 0) == round(float(yuan) * 100), answer.as_dict()


def test_both_engines_answer_made_claims_of_all_the_same():
    population = generate(CATALOGUE, 600, seed=7, edge=True)
    alone = simulate(CATALOGUE, population, ledger=False)

    assert not list(differences(CATALOGUE, population, alone, ledger=False))
