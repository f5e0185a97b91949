"""Twelve items of made-up policies, of every kind of rule: written in forms, published, computed, claimed and paid."""

from datetime import timedelta
from decimal import Decimal
from itertools import islice

import numpy as np
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from policies.drafting.services.drafts import start_draft
from policies.engine import assess
from policies.engine.batch import OUTCOME_CODES, generate, questions, simulate
from policies.published.models import SupportItem
from policies.published.selectors import published_catalogue
from portal.accounts.enums import Role
from portal.core import clock
from portal.core.errors import RefusedError
from portal.workdays.selectors import is_workday, workdays_between
from review.decisions.selectors.agenda import agendas_of
from review.decisions.services.decisions import support_claim
from review.decisions.services.publicity import approve_list
from review.decisions.services.scores import keep_scores
from review.funding.awards import record_award
from review.payments.models import Disbursement
from review.payments.services.lines import meet_milestone
from tests.factories import act, make_official, open_call, wuxi
from tests.policies.drafting.editor.pages import HEAD, Page, write_item
from tests.policies.drafting.worlds import admin, published
from tests.review.worlds import MINUTES, Office, again, confirmed, expected, on, publish, publish_items

pytestmark = pytest.mark.django_db
DAY = "2026-05-10"
OLDER = "wx2020-04-gb"


def own(name, label, kind="money", **more):
    return {"name": name, "label": label, "type": kind, **more}


def item(number, title, summary, **rules):
    words = {"article": f"第{'一二三四五六七八九十'[number - 1] if number < 11 else '十' + '一二'[number - 11]}条"}
    return {"code": f"wx2030-{number:02d}", "words": words | {"title": title, "summary": summary}, **rules}


YES_NO = {"test": "is", "value": "true"}
ITEMS = [
    item(
        1,
        "授权分档与费用比例就高",
        "按授权件数分档，或按费用的 10%，就高；高新技术企业上浮 20%；每家每年 2 次。",
        shared=["granted_on", "fees"],
        facts=[own("granted_count", "授权件数", "integer"), own("high_tech", "高新技术企业", "boolean")],
        steps=[
            ("tiers", {"field": "granted_count", "table": "5=20000\n10=50000\n30=100000", "unit": "件"}),
            ("rate_of", {"fields": ["fees"], "ratio": "10%", "joins": "larger"}),
            ("scale", {"ratio": "120%", "label": "高新技术企业上浮", "only": {"field": "high_tech", **YES_NO}}),
        ],
        limits=[("count", {"count": "2", "per": "applicant year", "tally": "paid"})],
    ),
    item(
        2,
        "转化费用累进补助",
        "超过 1 万元的部分按 30%，与分档累进取低；不超过地方贡献的 50%。",
        shared=["granted_on"],
        facts=[own("spent", "转化费用"), own("contribution", "地方贡献")],
        steps=[
            ("rate_of", {"fields": ["spent"], "ratio": "30%", "above": "10000"}),
            ("brackets", {"fields": ["spent"], "table": "0=10%\n50000=5%", "parts": "each", "joins": "smaller"}),
            ("cap_by", {"fields": ["contribution"], "ratio": "50%", "label": "地方贡献"}),
        ],
    ),
    item(
        3,
        "研发投入增量补助",
        "比上年增加部分的 20%，最高 20 万元；轻微失信的减按 80%。",
        shared=["granted_on"],
        facts=[own("now", "本年投入"), own("before", "上年投入"), own("breach", "轻微失信", "boolean")],
        steps=[
            ("rate_of", {"fields": ["now"], "ratio": "20%", "less": "before"}),
            ("at_most", {"yuan": "200000"}),
            ("scale", {"ratio": "80%", "label": "轻微失信", "only": {"field": "breach", **YES_NO}}),
        ],
    ),
    item(
        4,
        "贷款贴息",
        "按放款日 LPR 计息的 50%；每家近 3 年最高 30 万元。",
        shared=["granted_on", "drawn_on", "principal"],
        facts=[own("loan_days", "计息天数", "integer")],
        steps=[
            ("look_up", {"name": "lpr", "label": "LPR", "day": "drawn_on", "table": "2026-01-01=3.1%\n2026-03-01=3%"}),
            (
                "convert",
                {"name": "interest_due", "label": "应计利息", "field": "principal", "rate": "lpr", "days": "loan_days"}
                | {"year": "360"},
            ),
            ("rate_of", {"fields": ["interest_due"], "ratio": "50%"}),
        ],
        limits=[("yuan", {"yuan": "300000", "per": "applicant rolling", "years": "3"})],
    ),
    item(
        5,
        "境外费用补助",
        "按当日汇率折算后补助 60%，取整到百元；全市每年 100 万元，不足按比例折算。",
        shared=["granted_on"],
        facts=[own("foreign", "境外费用（美元）")],
        steps=[
            (
                "look_up",
                {"name": "fx", "label": "汇率", "day": "granted_on", "table": "2026-01-01=7.00\n2026-05-10=7.20"},
            ),
            ("convert", {"name": "in_yuan", "label": "折合人民币", "field": "foreign", "rate": "fx"}),
            ("rate_of", {"fields": ["in_yuan"], "ratio": "60%"}),
            ("round_to", {"unit": "100", "way": "down"}),
        ],
        limits=[("year_total", {"year_total": "1000000", "per": "programme year"})],
    ),
    item(
        6,
        "专利维持奖励",
        "维持年限超过 10 年的奖励 3000 元，第二年减半。",
        shared=["granted_on", "filed_on"],
        facts=[own("support_year", "第几年", "choice", choices="first=第一年\nsecond=第二年\nthird=第三年")],
        steps=[
            ("term", {"name": "kept", "label": "维持年限", "from": "filed_on", "until": "claimed_on"}),
            ("standard", {"yuan": "3000", "nature": "exact"}),
            ("scale_by", {"field": "support_year", "table": "first=100%\nsecond=50%"}),
        ],
        conditions=[{"code": "KEPT", "text": "维持年限超过 10 年", "field": "kept", "test": "over", "value": "10"}],
    ),
    item(
        7,
        "境外授权奖励",
        "美欧日韩 3 万元，其他 1 万元，按共有份额；各区每年 20 万元。",
        shared=["granted_on"],
        facts=[
            own("office", "授权国家或地区", "choice", choices="major=美欧日韩\nother=其他"),
            own("share", "共有份额", "integer"),
        ],
        steps=[
            ("sum_by", {"field": "office", "table": "major=30000\nother=10000"}),
            ("joint_share", {"field": "share", "way": "percent"}),
        ],
        limits=[("yuan", {"yuan": "200000", "per": "district year"})],
    ),
    item(
        8,
        "高价值专利培育（打分择优）",
        "85 分以上 100 万元，60 分以上 50 万元；每年 2 项；立项付 60%，验收付 40%。",
        shared=["granted_on", "panel_score", "project_name"],
        steps=[("tiers", {"field": "panel_score", "table": "60=500000\n85=1000000", "unit": "分"})],
        limits=[
            (
                "select",
                {"select": "2", "per": "programme year", "by": "panel_score", "ties": "none", "needed": "60"},
            )
        ],
        stages=[{"share": "60%"}, {"share": "40%", "milestone": "项目验收合格", "days": "20"}],
        split={"city": "60%", "rest": "district", "round": "down"},
    ),
    item(
        9,
        "服务站奖励（先到先得）",
        "每家 1 万元，每年 3 个名额；同一集团每年 1.5 万元。",
        shared=["granted_on", "title_name"],
        steps=[("standard", {"yuan": "10000", "nature": "exact"})],
        limits=[
            ("count", {"count": "3", "per": "programme year", "tally": "applicants"}),
            ("yuan", {"yuan": "15000", "per": "companies year"}),
        ],
    ),
    item(
        10,
        "专利产品奖励",
        "1 万元；小型企业上浮 20%，微型企业上浮 50%；清单内的产品不支持。",
        shared=["granted_on"],
        facts=[own("product", "产品名称", "text")],
        steps=[
            (
                "on_list",
                {
                    "name": "excluded",
                    "label": "列入高耗能清单",
                    "field": "product",
                    "day": "on",
                    "table": "甲=2026-01-01/2026-06-30",
                },
            ),
            ("standard", {"yuan": "10000", "nature": "exact"}),
            ("scale_by", {"field": "applicant_size", "table": "micro=150%\nsmall=120%", "otherwise": "100%"}),
        ],
        conditions=[
            {"code": "LISTED", "text": "产品不在清单内", "field": "excluded", "test": "is", "value": "false"},
        ],
    ),
    item(
        11,
        "贯标进阶奖励",
        "3 万元，已获旧文件贯标奖励的补差额。",
        shared=["granted_on", "certificate_no"],
        steps=[("standard", {"yuan": "30000", "nature": "exact"})],
        limits=[("absorbs", {"absorbs": OLDER})],
    ),
    item(
        12,
        "省级奖励配套",
        "按省级奖励的 50% 配套，各级财政资金合计不超过实际支出。",
        shared=["granted_on", "provincial_award", "fees"],
        facts=[own("public_money", "其他财政资金")],
        steps=[
            ("rate_of", {"fields": ["provincial_award"], "ratio": "50%", "nature": "exact"}),
            (
                "cap_by",
                {"fields": ["fees"], "less": "public_money", "less_ledger": "other_policy", "label": "实际支出"},
            ),
        ],
        split={"province": "30%", "city": "40%", "town": "10%", "rest": "district", "round": "down"},
    ),
]
# By item: what is stated, the size of the firm where it counts, and the yuan that follow, worked out by hand.
LOAN = {"principal": "1000000", "loan_days": "360"}
BOUNDARIES = {
    1: [
        ({"granted_count": "4", "fees": "1000", "high_tech": "false"}, 100),
        ({"granted_count": "5", "fees": "1000", "high_tech": "false"}, 20000),
        ({"granted_count": "9", "fees": "200000.10", "high_tech": "false"}, 20000.01),
        ({"granted_count": "10", "fees": "1000", "high_tech": "false"}, 50000),
        ({"granted_count": "29", "fees": "1000", "high_tech": "true"}, 60000),
        ({"granted_count": "30", "fees": "1000", "high_tech": "true"}, 120000),
    ],
    2: [
        ({"spent": "10000", "contribution": "1000000"}, 0),
        ({"spent": "12000", "contribution": "1000000"}, 600),
        ({"spent": "20000", "contribution": "1000000"}, 2000),
        ({"spent": "110000", "contribution": "16000"}, 8000),
        ({"spent": "110000", "contribution": "15999.98"}, 7999.99),
    ],
    3: [
        ({"now": "1000", "before": "1000", "breach": "false"}, 0),
        ({"now": "1000000.10", "before": "100.10", "breach": "false"}, 199980),
        ({"now": "1000000.10", "before": "0", "breach": "false"}, 200000),
        ({"now": "2000", "before": "1000", "breach": "true"}, 160),
    ],
    4: [({**LOAN, "drawn_on": "2026-02-28"}, 15500), ({**LOAN, "drawn_on": "2026-03-01"}, 15000)],
    5: [
        ({"foreign": "1000", "granted_on": "2026-05-09"}, 4200),
        ({"foreign": "1000"}, 4300),
        ({"foreign": "1018.52"}, 4400),
        ({"foreign": "1018.51"}, 4300),
    ],
    6: [
        ({"filed_on": "2016-05-10", "support_year": "first"}, 0),
        ({"filed_on": "2016-05-09", "support_year": "first"}, 3000),
        ({"filed_on": "2016-05-09", "support_year": "second"}, 1500),
        ({"filed_on": "2016-05-09", "support_year": "third"}, 0),
    ],
    7: [({"office": "major", "share": "33"}, 9900), ({"office": "other", "share": "100"}, 10000)],
    8: [({"project_name": "甲"}, 1000000)],
    9: [({"title_name": "甲"}, 10000)],
    10: [
        ({"product": "甲", "granted_on": "2026-06-30"}, 0, "large"),
        ({"product": "甲", "granted_on": "2026-07-01"}, 10000, "large"),
        ({"product": "乙"}, 12000, "small"),
        ({"product": "乙"}, 15000, "micro"),
    ],
    11: [({"certificate_no": "甲1"}, 30000)],
    12: [
        ({"provincial_award": "100000", "fees": "120000", "public_money": "70000"}, 50000),
        ({"provincial_award": "100000", "fees": "120000", "public_money": "70000.01"}, 49999.99),
        ({"provincial_award": "100000", "fees": "120000", "public_money": "120000"}, 0),
    ],
}
# What earlier claims took, as the ledger says, and the yuan that are left.
LEDGERS = [
    (1, {"times_before": 1}, 50000),
    (1, {"times_before": 2}, 0),
    (4, {"paid": {"rolling": "285000.01"}}, 14999.99),
    (4, {"paid": {"rolling": "300000"}}, 0),
    (5, {"paid": {"programme_year": "995700.01"}}, 4299.99),
    (7, {"paid": {"district_year": "190100.01"}}, 9899.99),
    (8, {"rank": 2}, 1000000),
    (8, {"rank": 3}, 0),
    (9, {"rank": 3}, 10000),
    (9, {"rank": 4}, 0),
    (9, {"paid": {"group_year": "5000.01"}}, 9999.99),
    (11, {"paid": {"lower_tier": "29999.99"}}, 0.01),
    (11, {"paid": {"lower_tier": "30000"}}, 0),
    (12, {"paid": {"other_policy": "10000.01"}}, 39999.99),
]
FLAGS = {"true": True, "false": False}


def write_and_publish(settings):
    """Write all items with one officer's forms; another publishes them."""
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    publish_items()
    author = admin()
    writer = Client()
    writer.force_login(author)
    draft = start_draft(
        None, key="12121212-0000-4000-8000-000000000012", title="新政策", code="wx2030", act=act(author)
    )
    head = HEAD | {"section-document-issued_on": "2026-01-01", "section-document-effect-0-from": "2026-01-01"}
    Page(writer, draft, 0).press("save", **head, **{"section-document-effect-0-from_setting": ""})
    for one in ITEMS:
        write_item(writer, draft, one)
    draft.refresh_from_db()
    published(draft, author, make_official(Role.POLICY_ADMIN, wuxi()))


def calculated(client, number, stated, size=""):
    asked = {"kind": "enterprise", "lines": "1", "size": size, "line-0-granted_on": DAY}
    asked |= {f"line-0-{name}": value for name, value in stated.items()}
    page = client.get(reverse("policies:calculator", args=[f"wx2030-{number:02d}"]), asked)
    return page.context["answer"]


def question(number, **more):
    stated, *_ = BOUNDARIES[number][-1 if number != 1 else 3]
    stated = {"granted_on": DAY, "panel_score": "90", **stated} if number == 8 else {"granted_on": DAY, **stated}
    if number == 12:
        stated |= {"public_money": "70000"}
    if number == 5:
        stated |= {"foreign": "1000"}
    if number == 7:
        stated |= {"office": "major", "share": "33"}
    facts = {name: FLAGS.get(value, value) for name, value in stated.items()}
    applicant = {"kind": "enterprise", "size": "large"}
    return {"item": f"wx2030-{number:02d}", "on": DAY, "applicant": applicant, "lines": [facts], **more}


def agree(catalogue, count, sample):
    """A simulation of so many claims, each alone, answers the first of them as one by one."""
    population = generate(catalogue, count, seed=12, items=[one["code"] for one in ITEMS], edge=True)
    found = simulate(catalogue, population, ledger=False)
    for claim, asked in enumerate(islice(questions(catalogue, population), sample)):
        answer = assess(catalogue, asked)
        told = (answer.outcome, answer.amount or 0)
        assert told == (OUTCOME_CODES[int(found.outcome[claim])], int(found.amount[claim])), asked
    shared = simulate(catalogue, population)
    # Made claims are seldom older than ten years, and one that states a year's money as spent leaves none to share.
    assert len(np.unique(population.item[shared.amount > 0])) >= len(ITEMS) - 2


def test_twelve_items_are_written_computed_simulated_claimed_and_paid(client, settings):
    write_and_publish(settings)
    for number, cases in BOUNDARIES.items():
        for stated, yuan, *size in cases:
            answer = calculated(client, number, stated, *size)
            assert Decimal(answer["amount"] or 0) == Decimal(str(yuan)), (number, stated, answer["steps"])
    assert calculated(client, 8, {"project_name": "甲"})["stages"] == [
        ("批准后 60%", Decimal(600000)),
        ("项目验收合格（20 个工作日内） 40%", Decimal(400000)),
    ]
    catalogue = published_catalogue()
    for number, ledger, yuan in LEDGERS:
        answer = assess(catalogue, question(number, **ledger))
        assert (answer.amount or 0) == round(yuan * 100), (number, ledger, answer.as_dict())
    agree(catalogue, 100_000, 400)

    open_call(*SupportItem.objects.filter(document__code="wx2030"))
    office = Office()
    claims = []
    for score in ("90", "85", "85", "59.99"):
        lines = [{"granted_on": DAY, "project_name": f"项目{score}"}]
        claim = confirmed(office, item="wx2030-08", lines=lines)
        with transaction.atomic():
            keep_scores({claim: Decimal(score)}, paper="评审纪要", user=office.city, act=act(office.city))
        claims.append(claim)
    best, *rest = claims
    for claim in claims[:3]:
        support_claim(claim.pk, expected=expected(claim), act=act(office.city))
    [agenda] = agendas_of(office.decider)
    assert [(row.granted, bool(row.unplaced)) for row in agenda.rows] == [(1000000, False), (0, True), (0, True)]
    with pytest.raises(RefusedError, match="择优未入选：得分 85.00，第 2 名，每年名额 2 个"):
        support_claim(rest[0].pk, expected=expected(rest[0]), act=act(office.decider), minutes=MINUTES)
    support_claim(best.pk, expected=expected(best), act=act(office.decider), minutes=MINUTES)
    listed = publish(office, again(best))
    approve_list(listed, act=on(listed.ends_on + timedelta(days=1), office.decider))
    award = record_award(again(best), act=act())
    assert (award.total, award.city_share) == (1000000, 600000)
    paid = Disbursement.objects.filter(part__award=award).order_by("stage", "pk")
    assert [(one.stage, one.fen, one.milestone, one.state) for one in paid] == [
        (1, 36000000, "", "waiting"),
        (1, 24000000, "", "waiting"),
        (2, 24000000, "项目验收合格（20 个工作日内）", "held"),
        (2, 16000000, "项目验收合格（20 个工作日内）", "held"),
    ]
    cashier = make_official(Role.FINANCE, wuxi())
    meet_milestone(paid[2], paper="验收意见", act=act(cashier))
    due_on = Disbursement.objects.get(pk=paid[2].pk).due_on
    tomorrow = clock.today() + timedelta(days=1)
    assert (workdays_between(tomorrow, due_on), is_workday(due_on)) == (20, True)
