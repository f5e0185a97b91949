"""A refusal that a reconsideration or a court annuls: the claim is decided anew where it was refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.ledger.models import LimitEntry
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from portal.jobs.models import Job
from review.decisions.services.decisions import accept_claim, refuse_claim, support_claim
from review.decisions.services.objections import Objector, enter_objection, uphold_objection
from review.decisions.services.publicity import approve_list
from review.followup.enums import Act, Effect, Kind
from review.followup.services.matters import Matter, Step, advance, begin_matter
from review.funding.awards import record_award
from review.notices.enums import NoticeKind
from review.notices.jobs import issue_and_print
from review.notices.models import Notice
from review.notices.services import issue_notice
from review.treasury.selectors import claim_balances
from tests.applications.worlds import patent_facts
from tests.factories import act, make_official, suzhou
from tests.review.decisions.pages import as_
from tests.review.worlds import (
    MINUTES,
    again,
    city_passed,
    confirmed,
    decided,
    expected,
    on,
    publish,
    reviewed,
    submitted,
)

pytestmark = pytest.mark.django_db
S = ClaimStatus
MONDAY = date(2026, 6, 1)


def refused(claim, officer, **given):
    refuse_claim(claim.pk, expected=expected(claim), reason="不符合条件", act=act(officer), **given)
    return again(claim)


def dispute(claim, officer, kind=Kind.RECONSIDERATION):
    matter = Matter(kind=kind, title="请求撤销不予支持的决定", party="张某", number="〔2026〕锡复第3号")
    return begin_matter(claim, matter, act=act(officer))


def uphold(matter, officer, effect=Effect.REOPEN):
    return advance(matter.pk, Act.UPHOLD, Step(words="张某提交了新证据", effect=effect), act=act(officer))


def held(claim):
    entries = LimitEntry.objects.filter(claim=claim, bucket__key__contains="|applicant=")
    return sum(entry.amount for entry in entries), sum(claim_balances(claim.pk).values())


@pytest.mark.parametrize(
    ("reach", "who", "back_at"),
    [
        (lambda _: submitted(), "acceptance", S.SUBMITTED),
        (reviewed, "second", S.DISTRICT_CONFIRMATION),
        (confirmed, "city", S.CITY_REVIEW),
        (city_passed, "decider", S.FINAL_DECISION),
    ],
)
def test_a_claim_goes_on_where_it_was_refused_holding_its_rights_and_no_money(office, reach, who, back_at):
    officer = getattr(office, who)
    claim = refused(reach(office), officer, **({"minutes": MINUTES} if who == "decider" else {}))
    assert claim.lines.filter(exclusive_key=None).exists()
    matter = dispute(claim, office.first)
    if who != "acceptance":
        with pytest.raises(RefusedError, match="办理过"):
            uphold(matter, officer)
    uphold(matter, office.hearer)
    claim = again(claim)
    assert (claim.status, claim.round, claim.approved_amount) == (back_at, 2, None)
    assert not claim.lines.filter(exclusive_key=None).exists()
    assert held(claim) == (0, 0)
    # The clock of the whole begins anew.
    assert claim.whole_due_on >= claim.step_due_on > again(claim).status_since.date()
    told = claim.created_by.portal_messages.latest("pk")
    assert ("锡复第3号" in told.body, "张某" in told.body, told.title) == (True, False, "原决定已撤销，重新办理")
    with pytest.raises(RefusedError):
        uphold(dispute(claim, office.first, Kind.SUIT), office.hearer)
    # Four eyes count over the rounds; who refused may conclude the same stage anew.
    if who == "decider":
        support_claim(claim.pk, expected=expected(claim), minutes=MINUTES, act=act(officer))
        assert (again(claim).status, again(claim).approved_amount) == (S.AWAITING_PUBLICITY, Decimal(5000))
        # Entered under the applicant and under the applicant's year; the books balance.
        assert held(claim) == (Decimal(10000), 0)
        assert any(claim_balances(claim.pk).values())
    elif who == "acceptance":
        accept_claim(claim.pk, expected=expected(claim), act=act(officer))


def test_an_upheld_objections_refusal_goes_to_the_meeting_and_the_grant_replaces_its_notice(office, settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    claim = decided(office)
    listed = publish(office, claim, starts_on=MONDAY)
    objection = enter_objection(
        listed.entries.get(),
        objector=Objector("王某", "139"),
        text="不实",
        received_on=MONDAY,
        act=on(MONDAY, office.city),
    )
    uphold_objection(objection.pk, conclusion="属实", act=on(MONDAY, office.hearer))
    refusal = issue_notice(claim.pk, kind=NoticeKind.REFUSAL, act=act())
    uphold(dispute(claim, office.first, Kind.SUIT), office.hearer)
    assert again(claim).status == S.FINAL_DECISION
    assert refusal.voided_at is None
    refusal.refresh_from_db()
    assert refusal.voided_at is not None
    # The job of a refusal that no longer stands has nothing to do.
    issue_and_print(NoticeKind.REFUSAL, claim.pk)
    assert Notice.objects.filter(claim=claim, voided_at=None, kind=NoticeKind.REFUSAL).count() == 0
    support_claim(claim.pk, expected=expected(claim), minutes=MINUTES, act=act(office.decider))
    again_listed = publish(office, claim, starts_on=MONDAY + timedelta(days=7))
    approve_list(again_listed, act=on(again_listed.ends_on + timedelta(days=1), office.decider))
    grant = issue_notice(claim.pk, kind=NoticeKind.GRANT, act=act())
    assert (again(claim).status, grant.replaces) == (S.APPROVED, refusal)
    assert grant.number in refusal.void_words
    assert record_award(again(claim), act=act()).total == Decimal(5000)


def test_a_second_refusal_has_a_notice_of_its_own_in_the_firsts_place(office):
    claim = refused(confirmed(office), office.city)
    first = issue_notice(claim.pk, kind=NoticeKind.REFUSAL, act=act())
    uphold(dispute(claim, office.first), office.hearer)
    refused(claim, office.city)
    assert Job.objects.filter(kind="notices.issue_refusal").count() == 2
    second = issue_notice(claim.pk, kind=NoticeKind.REFUSAL, act=act())
    assert (second.replaces, second.sequence) == (first, first.sequence + 1)


def test_a_right_that_another_claim_holds_by_now_keeps_the_refusal(office):
    claim = refused(confirmed(office), office.city)
    later = submitted(lines=[patent_facts()], member=claim.created_by)
    matter = dispute(claim, office.first)
    with pytest.raises(RefusedError, match=later.number):
        uphold(matter, office.hearer)
    matter.refresh_from_db()
    assert (matter.state, again(claim).status) == ("open", S.REJECTED)
    assert Claim.objects.filter(pk=later.pk, lines__exclusive_key=None).count() == 0


def test_only_an_upheld_remedy_at_the_deciding_office_reopens_and_the_page_offers_it_there(office, client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim = refused(confirmed(office), office.city)
    with pytest.raises(RefusedError, match="行政复议"):
        uphold(dispute(claim, office.first, Kind.COMPLAINT), office.hearer)
    matter = dispute(claim, office.first)
    other = make_official(Role.DISTRICT_FIRST, claim.region)
    for stranger in (other, make_official(Role.CITY_OFFICER, suzhou())):
        with pytest.raises(PermissionDenied):
            uphold(matter, stranger)
    as_(client, office.hearer)
    page = reverse("followup:matter", args=[matter.key])
    shown = client.get(page).content.decode()
    assert ('value="reopen"' in shown, 'value="lower"' in shown) == (True, False)
    sent = {"action": "uphold", "uphold-words": "复议决定撤销", "uphold-effect": "reopen"}
    assert client.post(page, sent).status_code == 302
    assert again(claim).status == S.CITY_REVIEW
    # A double click finds it settled.
    assert client.post(page, sent).status_code in (404, 409, 422)
    as_(client, office.city)
    assert "撤销后重办" in client.get(reverse("review:queue")).content.decode()
