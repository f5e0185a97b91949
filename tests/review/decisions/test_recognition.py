"""Titles without money: reviewed and decided like all else, publicised in words, ended by a notice and no payment."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.ledger.models import LimitEntry
from policies.engine import catalogue_of, load_document
from policies.engine.loader import CATALOGUE
from policies.published.services import publish_catalogue
from portal.core.errors import RefusedError
from portal.jobs.models import Job
from portal.notifications.models import Message
from review.decisions.enums import Stage
from review.decisions.services.bulk import conclude_claims
from review.decisions.services.decisions import Minutes, confirm_district_review, refuse_claim, support_claim
from review.decisions.services.publicity import approve_list
from review.decisions.services.sums import LineSum
from review.funding.models import Award
from review.funding.selectors import payable_claims
from review.home.selectors import applicant_overview, unpaid_for
from review.notices.compose import NoticeNotDue
from review.notices.enums import NoticeKind
from review.notices.services import issue_notice
from review.payments.services.batches import Criteria, open_batch
from tests.applications.worlds import ready_claim
from tests.factories import act, binhu, make_member, open_claimable
from tests.review.worlds import MINUTES, again, expected, fresh, on, publish, taken_up

pytestmark = pytest.mark.django_db

TITLE = "国家知识产权优势、示范企业"
HELD = {"title_name": "国家知识产权示范企业", "awarded_on": "2026-03-01"}


def passed(office, claim):
    """Through both reviews, waiting for the final decision."""
    support_claim(claim.pk, expected=expected(claim), act=act(office.first))
    confirm_district_review(claim.pk, expected=expected(claim), act=act(office.second))
    support_claim(claim.pk, expected=expected(claim), act=act(office.city))
    return again(claim)


def recognised(office):
    """Publicised and recognised; the claim, and the day after the list's last."""
    claim = passed(office, taken_up(office, item="wx2020-14-natl", lines=[HELD]))
    support_claim(claim.pk, expected=expected(claim), minutes=MINUTES, act=act(office.decider))
    listed = publish(office, claim)
    after = listed.ends_on + timedelta(days=1)
    outcomes = approve_list(listed, act=on(after, office.decider))
    return again(claim), listed, after, outcomes


def test_every_stage_supports_the_title_without_a_sum(office):
    claim = passed(office, taken_up(office, item="wx2020-14-natl", lines=[HELD]))
    decision = support_claim(claim.pk, expected=expected(claim), minutes=MINUTES, act=act(office.decider))
    claim = again(claim)
    assert (claim.status, claim.approved_title) == (ClaimStatus.AWAITING_PUBLICITY, TITLE)
    assert {claim.claimed_amount, claim.district_amount, claim.city_amount, claim.approved_amount} == {None}
    assert (decision.title, decision.amount, decision.ceiling, decision.lines.count()) == (TITLE, None, None, 0)
    assert not LimitEntry.objects.filter(claim=claim, amount__gt=0).exists()


def test_condition_found_unmet_forbids_the_title(office):
    claim = taken_up(office, item="wx2020-14-natl", lines=[HELD])
    with pytest.raises(RefusedError, match="称号"):
        support_claim(claim.pk, expected=expected(claim), unmet=["TITLE"], act=act(office.first))
    refuse_claim(claim.pk, expected=expected(claim), unmet=["TITLE"], reason="称号已被撤销", act=act(office.first))
    confirm_district_review(claim.pk, expected=expected(claim), act=act(office.second))
    assert again(claim).status == ClaimStatus.REJECTED


def test_claim_ends_recognised_with_words_in_place_of_a_sum(office):
    claim, listed, _, (outcome,) = recognised(office)
    assert (outcome.problem, outcome.amount, outcome.title) == ("", None, TITLE)
    assert claim.status == ClaimStatus.RECOGNISED
    assert claim.holder == "已办结"
    entry = listed.entries.get()
    assert (entry.amount, entry.title) == (None, TITLE)
    told = Message.objects.filter(user=claim.created_by).values_list("title", "body")
    assert any(title == "审定拟予认定" and TITLE in body and " 元" not in body for title, body in told)
    assert any(title == "认定已生效" and TITLE in body for title, body in told)
    made = Job.objects.filter(kind__startswith="notices.").order_by("pk").values_list("kind", flat=True)
    assert list(made) == ["notices.issue_acceptance", "notices.issue_recognition"]


def test_recognition_is_no_matter_for_finance(office):
    claim, _, after, _ = recognised(office)
    assert claim not in payable_claims(fresh(office.finance))
    assert [(sums.count, sums.total) for sums in unpaid_for(fresh(office.finance))] == [(0, Decimal("0.00"))]
    with pytest.raises(RefusedError, match="没有符合条件"):
        open_batch(claim.city, Criteria(claim_id=claim.pk), act=on(after, office.finance))
    assert not Award.objects.exists()
    desk = applicant_overview(fresh(claim.created_by))
    assert (desk.under_way, desk.granted) == ([], Decimal("0.00"))


def test_notice_names_title_basis_and_meeting_and_no_money(office):
    claim, _, after, _ = recognised(office)
    notice = issue_notice(claim.pk, kind=NoticeKind.RECOGNITION, act=on(after))
    said = notice.snapshot
    assert notice.number == "无锡知认〔2026〕1号"
    assert (notice.amount, said["total"], said["lines"]) == (None, None, [])
    assert (said["recognised"], said["subjects"]) == (TITLE, ["国家知识产权示范企业"])
    assert said["minutes"]["number"] == MINUTES.number
    assert said["basis"][0]["article"] == "第十四条第2句"
    with pytest.raises(NoticeNotDue):
        issue_notice(claim.pk, kind=NoticeKind.GRANT, act=on(after))
    assert issue_notice(claim.pk, kind=NoticeKind.RECOGNITION, act=on(after)).pk == notice.pk


def test_many_are_recognised_in_one_meeting(office):
    claim = passed(office, taken_up(office, item="wx2020-14-natl", lines=[HELD]))
    (done,) = conclude_claims([claim], stage=Stage.FINAL, minutes=MINUTES, act=act(office.decider))
    assert (done.problem, done.amount, done.title) == ("", None, TITLE)


def test_two_bodies_may_bear_the_same_title(office):
    taken_up(office, item="wx2020-14-natl", lines=[HELD])
    assert taken_up(office, item="wx2020-14-natl", lines=[HELD]).status == ClaimStatus.DISTRICT_REVIEW


@pytest.mark.parametrize(("title", "amount"), [("", None), (TITLE, Decimal("1.00"))])
def test_database_knows_no_recognition_without_title_or_with_money(office, title, amount):
    claim, *_ = recognised(office)
    with pytest.raises(IntegrityError, match="claim_recognised"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(approved_title=title, approved_amount=amount)


def published_star(region="320211"):
    """Annex 8 with an area, as an administrator would publish it: titles whose rewards another document sets."""
    text = (CATALOGUE / "fj8.yaml").read_text(encoding="utf-8")
    text = text.replace('region_code: ""', f'region_code: "{region}"').replace("areas: []", "areas: [滨湖]")
    loaded = load_document(text, name="fj8.yaml")
    binhu()
    items = [item for item in loaded.items if item.id in ("fj8-3-star2", "fj8-3-adv", "fj8-2-navi")]
    publish_catalogue(act(), catalogue=catalogue_of([loaded.document], items))
    open_claimable()


STAR = {"valid_patents": "25", "high_value_patents": "6", "awarded_on": "2026-03-01"}


@pytest.mark.parametrize("reward", [None, "30000"])
def test_reward_beside_a_title_is_the_officers_to_give(office, reward):
    published_star()
    claim = taken_up(office, item="fj8-3-star2", lines=[STAR])
    line = claim.lines.get()
    sums = {line.pk: LineSum(Decimal(reward), "比照上级文件")} if reward else None
    support_claim(claim.pk, expected=expected(claim), sums=sums, act=act(office.first))
    confirm_district_review(claim.pk, expected=expected(claim), act=act(office.second))
    support_claim(claim.pk, expected=expected(claim), act=act(office.city))
    minutes = Minutes(MINUTES.number, MINUTES.date, "市财政局通知〔2026〕3号" if reward else "")
    decision = support_claim(claim.pk, expected=expected(claim), minutes=minutes, act=act(office.decider))
    claim = again(claim)
    assert claim.approved_title == "“创新之星”二星级"
    assert claim.approved_amount == (Decimal("30000.00") if reward else None)
    assert decision.is_discretionary is bool(reward)


def test_reward_withdrawn_at_the_end_leaves_the_title(office):
    published_star()
    claim = taken_up(office, item="fj8-3-star2", lines=[STAR])
    line = claim.lines.get()
    given = {line.pk: LineSum(Decimal(30000), "比照上级文件")}
    support_claim(claim.pk, expected=expected(claim), sums=given, act=act(office.first))
    confirm_district_review(claim.pk, expected=expected(claim), act=act(office.second))
    nothing = {line.pk: LineSum(Decimal(0))}
    support_claim(claim.pk, expected=expected(claim), sums=nothing, act=act(office.city))
    assert (again(claim).city_amount, again(claim).district_amount) == (None, Decimal("30000.00"))


def test_claim_of_an_item_with_rewards_asks_the_applicant_for_none(office):
    published_star()
    member = make_member()
    draft = ready_claim(member, item="fj8-3-star2", lines=[STAR | {"decided": "99999", "decision_no": "自拟"}])
    assert set(draft.lines.get().facts) == set(STAR)


def test_pages_speak_of_a_title_and_of_no_money(office, client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim, listed, after, _ = recognised(office)
    issue_notice(claim.pk, kind=NoticeKind.RECOGNITION, act=on(after))
    for user, address in (
        (None, reverse("review:publicity_detail", args=[listed.key])),
        (office.city, reverse("review:publicity_work", args=[listed.key])),
        (office.city, reverse("review:claims")),
        (office.city, reverse("review:claim", args=[claim.key])),
        (None, reverse("verification:notice", args=[claim.notices.get().code])),
        (claim.created_by, reverse("applications:claim", args=[claim.key])),
    ):
        client.logout()
        if user:
            client.force_login(user)
        shown = client.get(address).content.decode()
        assert TITLE in shown, address
        assert "0.00 元" not in shown, address
    assert "已认定，不涉及资金" in client.get(reverse("applications:claims")).content.decode()


def test_sheets_leave_the_sum_of_a_title_empty(office, client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    _, listed, *_ = recognised(office)
    client.force_login(office.city)
    content = client.get(reverse("review:publicity_export", args=[listed.key])).content
    row = [cell.value for cell in load_workbook(io.BytesIO(content)).active[4]]
    assert row[-2:] == [None, f"认定：{TITLE}"]
    assert client.get(reverse("review:claims_export")).status_code == 200
