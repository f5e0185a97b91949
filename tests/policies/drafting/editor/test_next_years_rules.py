"""Rules that no document of the portal had before are written in the browser's forms, and answer at each boundary."""

import pytest
from django.urls import reverse

from policies.drafting.models import PolicyDraft
from policies.drafting.selectors import draft_document
from policies.engine import assess, catalogue_of
from policies.engine.batch import generate, simulate
from tests.policies.drafting.editor.pages import Page, fill_in_head, stored, under, write_item
from tests.policies.drafting.editor.test_sections import normal, through_the_form
from tests.policies.engine.batch.odd_rules import ODD, PROVINCIAL
from tests.policies.engine.batch.support import differences

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("section", [*ODD, *PROVINCIAL], ids=lambda section: section["item"])
def test_every_odd_rule_comes_back_from_its_form_as_it_was(section):
    assert normal(through_the_form(section)) == normal(section)


@pytest.fixture
def item(writer, draft):
    """The page of a new item of the draft, with its words filled in."""
    fill_in_head(writer, draft)
    writer.post(reverse("drafting:new_section", args=[draft.key]), {"kind": "award_fixed", "code": "wx2030-01-tiers"})
    page = Page(writer, draft, 1)
    words = under("", article="第一条", title="分档奖励", summary="按授权件数分档奖励。")
    return page.press("save", **words)


def fact(page, name, label, kind):
    page.press("add:facts:")
    rows = [name.split("-")[2] for name in page.sent if name.startswith("section-facts-") and name.endswith("-label")]
    page.press("save", **under(f"facts-{rows[-1]}", name=name, label=label, type=kind))


def catalogue_as_written(draft):
    rules = draft_document(PolicyDraft.objects.get(pk=draft.pk))
    return catalogue_of([rules.document], rules.items)


def answered(draft, *lines, kind="enterprise", size="small", **more):
    catalogue = catalogue_as_written(draft)
    asked = {"item": "wx2030-01-tiers", "on": "2030-03-01", "applicant": {"kind": kind, "size": size}, **more}
    return [assess(catalogue, {**asked, "lines": [line]}) for line in lines]


def engines_agree(draft, *, ledger=True):
    catalogue = catalogue_as_written(draft)
    population = generate(catalogue, 500, seed=1, edge=True)
    simulation = simulate(catalogue, population, ledger=ledger)
    assert not list(differences(catalogue, population, simulation, ledger=ledger))


def answers(draft, *lines, **more):
    return [answer.amount or 0 for answer in answered(draft, *lines, **more)]


def test_tiers_growth_and_size_are_written_without_a_text_file(item, draft):
    page = item
    page.press("own:facts")
    page.press("drop:steps:0")
    for name, label, kind in (
        ("granted_count", "授权件数", "integer"),
        ("revenue", "本年营业收入", "money"),
        ("revenue_before", "上年营业收入", "money"),
    ):
        fact(page, name, label, kind)
    page.add("steps", "growth_rate")
    page.press("save", **under("steps-0", name="growth", label="增长率", field="revenue", before="revenue_before"))
    page.add("steps", "tiers")
    page.press("save", **under("steps-1", field="granted_count", table="5=20000\n10=50000\n30＝100000", unit="件"))
    page.add("steps", "scale_by")
    page.press("save", **under("steps-2", field="applicant_size", table="小型=120%\nmicro=150%", otherwise="100%"))
    assert page.sent["section-steps-2-table"] == ["小型=120%\n微型=150%"]
    assert stored(draft, 1)["steps"][2]["table"] == {"small": "120%", "micro": "150%"}
    page.add("conditions")
    page.press("save", **under("conditions-0", code="GROWN", text="营业收入增长 10% 以上", field="growth"))
    page.press("save", **under("conditions-0", test="at_least"))
    page.press("save", **under("conditions-0", value="10%"))

    assert "5 件以上 20,000.00 元，10 件以上 50,000.00 元，30 件以上 100,000.00 元" in page.text
    assert stored(draft, 1)["steps"][1]["table"] == {"5": "20000", "10": "50000", "30": "100000"}
    grown = {"revenue": "110", "revenue_before": "100"}
    counts = [{"granted_count": count, **grown} for count in (4, 5, 9, 10, 29, 30)]
    assert [fen // 100 for fen in answers(draft, *counts, size="large")] == [0, 20000, 20000, 50000, 50000, 100000]
    five = {"granted_count": 5, **grown}
    assert answers(draft, five, {**five, "revenue": "109.99"}) == [2400000, 0]
    engines_agree(draft)


def test_a_row_without_a_value_is_named_at_its_field(item, draft):
    page = item
    page.press("drop:steps:0")
    page.add("steps", "tiers")
    page.press("save", **under("steps-0", field="fees", table="5=\n10=50000"))

    assert stored(draft, 1)["steps"][0]["table"] == {"5": "", "10": "50000"}
    assert "请填写各档金额" in page.text


def test_scores_lists_years_groups_and_four_payers_are_written_without_a_text_file(item, draft):
    page = item
    page.press("own:facts")
    page.press("drop:steps:0")
    for name, label, kind in (
        ("product", "产品名称", "text"),
        ("excluded", "列入高耗能清单", "boolean"),
        ("panel_score", "评审得分", "number"),
    ):
        fact(page, name, label, kind)
    page.add("steps", "on_list")
    listed = {"name": "excluded", "label": "列入高耗能清单", "field": "product", "day": "claimed_on", "fills": "true"}
    page.press("save", **under("steps-0", register="高耗能产品", **listed))
    page.add("steps", "tiers")
    page.press("save", **under("steps-1", field="panel_score", table="70=20000\n85=50000", unit="分"))
    page.add("conditions")
    page.press("save", **under("conditions-0", code="CUT_OFF", text="评审得分 70 分以上", field="panel_score"))
    page.press("save", **under("conditions-0", test="at_least", value="70"))
    page.add("conditions")
    page.press("save", **under("conditions-1", code="NOT_LISTED", text="产品不在清单内", field="excluded"))
    page.press("save", **under("conditions-1", test="is", value="false"))
    page.add("limits", "yuan")
    page.press("save", **under("limits-0", code="THREE_YEARS", yuan="90000", per="applicant rolling", years="3"))
    page.add("limits", "yuan")
    page.press("save", **under("limits-1", code="GROUP", yuan="80000", per="companies year"))
    payers = {"province": "30%", "city": "40%", "town": "10%", "rest": "district", "round": "down"}
    page.press("save", **under("split", **payers))

    assert "同一主体近 3 年最高 90,000.00 元" in page.text
    assert "省级承担 30%，乡镇（街道）承担 10%，其余由区级承担" in page.text
    assert stored(draft, 1)["limits"][0]["years"] == 3
    free = {"product": "甲", "excluded": False}
    scores = [{**free, "panel_score": score} for score in ("69.99", "70", "84.99", "85")]
    assert [fen // 100 for fen in answers(draft, *scores)] == [0, 20000, 20000, 50000]
    assert answers(draft, {**scores[3], "excluded": True}) == [0]
    for paid, yuan in (
        ({"rolling": "40000"}, 50000),
        ({"rolling": "40000.01"}, 49999.99),
        ({"group_year": "30000.01"}, 49999.99),
        ({"group_year": "80000"}, 0),
    ):
        assert answers(draft, scores[3], paid=paid) == [round(yuan * 100)]
    [answer] = answered(draft, scores[1])
    assert (answer.city, answer.district, dict(answer.others)) == (
        800000,
        400000,
        {"province": 600000, "town": 200000},
    )
    engines_agree(draft)


def test_sums_by_figures_and_times_of_a_right_are_written_without_a_text_file(writer, draft):
    fill_in_head(writer, draft)
    count = {"label": "授权件数", "type": "integer"}
    write_item(
        writer,
        draft,
        {
            "code": "wx2030-01-tiers",
            "words": {"article": "第一条", "title": "净增", "summary": "净增。", "subject_rule": "flag"},
            "shared": ["granted_on", "patent_no", "fees"],
            "facts": [
                {"name": "now", **count},
                {"name": "before", **count},
                {**count, "name": "score", "label": "得分"},
            ],
            "steps": [
                ("add_up", {"name": "grown", "label": "净增件数", "fields": ["now"], "less": ["before"]}),
                ("per_unit", {"field": "grown", "each": "5", "yuan": "30000", "above": "10", "up_to": "30"}),
                ("scale_tiers", {"field": "score", "table": "60=60%\n90=100%", "unit": "分"}),
                ("nothing_below", {"yuan": "20000"}),
            ],
            "conditions": [
                {"code": "FEWER", "text": "得分不高于件数", "field": "score", "test": "not_above_field", "value": "now"}
            ],
            "limits": [
                ("count", {"count": "2", "per": "subject", "tally": "lines"}),
                ("count", {"count": "3", "per": "applicant year", "tally": "paid"}),
                ("count", {"count": "2", "districts": "滨湖区=3", "per": "district year", "tally": "applicants"}),
            ],
        },
    )
    assert stored(draft, 1)["limits"][0]["per"] == ["subject"]
    grown = [{"now": 100 + more, "before": 100, "score": 90} for more in (10, 14, 15, 30, 99)]
    assert [fen // 100 for fen in answers(draft, *grown)] == [0, 0, 30000, 120000, 120000]
    by_score = [{"now": 115, "before": 100, "score": score} for score in (59, 60, 89, 115, 116)]
    assert [fen // 100 for fen in answers(draft, *by_score)] == [0, 0, 0, 30000, 0]
    assert answers(draft, grown[2], times_before={"same_year": 2}) == [3000000]
    assert answers(draft, grown[2], times_before={"same_year": 3}) == [0]
    for region, rank, fen in (("320211", 3, 3000000), ("320211", 4, 0), ("320205", 2, 3000000), ("320205", 3, 0)):
        assert answers(draft, grown[2], applicant={"kind": "enterprise", "region": region}, rank=rank) == [fen]
    engines_agree(draft)


def test_shares_of_a_weighted_score_and_prizes_by_rank_are_written_without_a_text_file(item, draft):
    page = item
    page.press("own:facts")
    page.press("drop:steps:0")
    fact(page, "quality", "质量得分", "number")
    page.add("steps", "score_by", **{"add-limits": "select_share"})
    page.press("save", **under("steps-0", name="score", label="总分", field="quality", points="40%"))
    page.add("steps", "standard")
    page.press("save", **under("steps-1", yuan="50000", nature="exact"))
    share = {"select_share": "20%", "base": "reached", "rounding": "up", "needed": "24", "by": "score", "at_most": "3"}
    page.press("save", **under("limits-0", **share))

    assert "质量得分按 40% 计分" in page.text
    assert "达到最低得分的前 20%（不足一个的按一个、最多 3 个），24 分以上方可入选" in page.text
    enough = {"quality": "60"}
    assert answers(draft, {"quality": "59.99"}, enough, rank=1, ranked=5) == [0, 5000000]
    for rank, ranked, fen in ((2, 5, 0), (2, 6, 5000000), (3, 99, 5000000), (4, 99, 0)):
        assert answers(draft, enough, rank=rank, ranked=ranked) == [fen]
    engines_agree(draft, ledger=False)

    page.press("drop:limits:0", **{"add-limits": "rank_sums"})
    page.press("save", **under("limits-0", rank_sums="1=50000\n3=30000", by="score", ties="filed"))
    assert "第 1 名 50,000.00 元，第 2 至 3 名 30,000.00 元" in page.text
    assert [answers(draft, enough, rank=rank)[0] for rank in (1, 2, 3, 4)] == [5000000, 3000000, 3000000, 0]
    engines_agree(draft, ledger=False)


def test_any_of_some_criteria_districts_and_their_places_are_written_without_a_text_file(item, draft):
    page = item
    page.press("own:facts")
    page.press("drop:steps:0")
    for name, label, kind in (("high_tech", "高新技术企业", "boolean"), ("score", "得分", "number")):
        fact(page, name, label, kind)
    page.press("save", **{"add-facts": ["valid_patents"], "add-steps": "fulfils", "add-limits": "select"})
    page.press("add:conditions", **{"add-steps": "standard"})
    fields = {"first": "high_tech", "second": "valid_patents", "third": "applicant_region"}
    page.press("save", **{f"section-steps-0-{at}-field": name for at, name in fields.items()})
    assert "第三项：请选择检查哪一项、怎么检查。" in page.text
    page.press(
        "save",
        **under("steps-0", **{"first-value": "true", "second-value": "十", "third-value": ["滨湖区", "江阴市"]}),
        **under("steps-0", **{"third-test": "in"}),
        **under("steps-1", yuan="200000", nature="exact"),
        **under("conditions-0", code="FIT", text="符合下列条件之一", field="qualifies"),
        **under("limits-0", select="1", districts="滨湖区=2\n滨河区=3", per="programme year", by="score", ties="filed"),
    )
    assert {(one.label, one.text) for one in page.response.context["page"].problem_links} == {
        ("金额怎么算 第 1 行 · 第二项：与什么比较", "“十”不是数值，请写成如 26.6 或 70% 的数。"),
        ("条件 第 1 行", "选了检查哪一项的条件，请再选怎么检查、与什么比较。"),
    }
    page.press("save", **under("steps-0", **{"second-value": "10"}), **under("conditions-0", value="true"))
    unknown, together = (one.text for one in page.response.context["page"].problem_links)
    assert unknown.startswith("没有“滨河区”这个区，请按全称改写：")
    assert "滨湖区、" in unknown
    assert together == "填写了各区名额，请按“每个区，每年”合计。"
    page.press("save", **under("limits-0", districts="滨湖区=2", per="district year"))
    assert page.response.context["page"].problem_links == []
    assert "符合其中一项（高新技术企业为“是”；有效发明专利总量 10 以上；所在地区 是 滨湖区 或 江阴市）" in page.text

    tried = page.client.get(reverse("drafting:tryout", args=[draft.key, 1])).context["calculator"]
    assert tried.goes_by_region
    assert ("320211", "滨湖区") in tried.regions
    none = {"high_tech": False, "valid_patents": 9, "score": "90"}
    for region, line, rank, fen in (
        ("320205", none, 1, 0),
        ("320205", none | {"valid_patents": 10}, 1, 20000000),
        ("320205", none | {"high_tech": True}, 2, 0),
        ("320211", none, 2, 20000000),
        ("320211", none, 3, 0),
    ):
        asked = {"applicant": {"kind": "enterprise", "region": region}, "rank": rank}
        assert answers(draft, line, **asked) == [fen], (region, line, rank)
    engines_agree(draft, ledger=False)
