"""The officers' conclusions: what each one sets, and what each one is refused."""

from contextlib import nullcontext
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.ledger.models import LimitEntry
from applications.ledger.services import LimitExceededError
from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError, StaleStateError
from portal.jobs.models import Job
from review.decisions.enums import Conclusion, CreditResult, Stage
from review.decisions.models import Decision
from review.decisions.selectors.agenda import agendas_of
from review.decisions.services.credit import record_credit
from review.decisions.services.decisions import (
    LineSum,
    Minutes,
    accept_claim,
    confirm_district_review,
    refuse_claim,
    send_back,
    support_claim,
)
from review.decisions.services.locking import ExpectedState
from review.decisions.services.publicity import approve_claim
from review.treasury.enums import SourceKind
from review.treasury.services.lines import LinePlan, create_line
from tests.applications.worlds import loan_facts, patent_facts
from tests.factories import act, binhu, give_role, make_official, suzhou, wuxi, xishan
from tests.review.worlds import (
    MINUTES,
    accepted,
    again,
    answer_findings,
    city_passed,
    confirmed,
    decided,
    expected,
    fresh,
    publish,
    reviewed,
    submitted,
)

pytestmark = pytest.mark.django_db


def lines_of(claim):
    return list(claim.lines.order_by("position"))


def test_each_stage_sets_its_sum_and_passes_the_claim_on(office):
    claim = submitted(lines=[patent_facts(1), patent_facts(2, fees="3000.50")])
    accept_claim(claim.pk, expected=expected(claim), act=act(office.acceptance))
    assert again(claim).status == ClaimStatus.DISTRICT_REVIEW

    support_claim(claim.pk, expected=expected(claim), act=act(office.first))
    assert (again(claim).status, again(claim).district_amount) == (
        ClaimStatus.DISTRICT_CONFIRMATION,
        Decimal("8000.50"),
    )
    confirm_district_review(claim.pk, expected=expected(claim), act=act(office.second))
    assert again(claim).status == ClaimStatus.CITY_REVIEW

    first, _ = lines_of(claim)
    lowered = {first.pk: LineSum(Decimal("4000.00"), "代理费发票抬头不符")}
    support_claim(claim.pk, expected=expected(claim), sums=lowered, act=act(office.city))
    assert (again(claim).status, again(claim).city_amount) == (ClaimStatus.FINAL_DECISION, Decimal("7000.50"))

    decision = support_claim(claim.pk, expected=expected(claim), minutes=MINUTES, act=act(office.decider))
    claim = again(claim)
    assert (claim.status, claim.approved_amount) == (ClaimStatus.AWAITING_PUBLICITY, Decimal("7000.50"))
    assert list(decision.lines.values_list("amount", "reason")) == [
        (Decimal("4000.00"), "代理费发票抬头不符"),
        (Decimal("3000.50"), ""),
    ]
    assert (decision.minutes_number, decision.minutes_date) == (MINUTES.number, MINUTES.date)
    assert claim.decisions.count() == 5
    assert AuditRecord.objects.filter(target_id=str(claim.pk), action="claim.decide").count() == 1


@pytest.mark.parametrize("supports", [True, False], ids=["support", "refusal"])
def test_meeting_that_has_not_been_held_decides_nothing(office, supports):
    claim = city_passed(office)
    ahead = Minutes("锡知纪〔2026〕4号", timezone.localdate() + timedelta(days=1))
    with pytest.raises(RefusedError, match="会议日期不能晚于今天"):
        if supports:
            support_claim(claim.pk, expected=expected(claim), minutes=ahead, act=act(office.decider))
        else:
            refuse_claim(claim.pk, expected=expected(claim), reason="证据不足", minutes=ahead, act=act(office.decider))
    assert again(claim).status == ClaimStatus.FINAL_DECISION
    assert not LimitEntry.objects.exists()


def test_final_decision_reserves_every_limit_of_the_claim(office):
    claim = decided(office, item="wx2020-05-loan", lines=[loan_facts()])
    entries = {entry.bucket.key: entry.amount for entry in LimitEntry.objects.select_related("bucket")}
    assert f"wx2020-05-loan|applicant={claim.applicant_id}" in entries
    assert any(key.startswith("wx2020-05-loan|subject=") for key in entries)
    assert set(entries.values()) == {claim.approved_amount} == {Decimal("50000.00")}


def test_reduced_final_decision_stores_the_parts_of_what_it_grants(office):
    claim = city_passed(office)
    sums = {claim.lines.get().pk: LineSum(Decimal("3000.01"), "票据不全")}
    decision = support_claim(claim.pk, expected=expected(claim), sums=sums, minutes=MINUTES, act=act(office.decider))
    answer = decision.assessment.answer
    assert (answer["amount"], answer["city"], answer["district"]) == ("3000.01", "1800.00", "1200.01")
    assert decision.ceiling == claim.assessments.of_rules().latest().amount == Decimal("5000.00")
    assert claim.lines.get().assessed_amount == Decimal("5000.00")


def test_sum_above_the_ceiling_is_refused_and_nothing_written(office):
    claim = accepted(office)
    (line,) = lines_of(claim)
    with pytest.raises(RefusedError, match=r"超过测算上限 5,000\.00 元"):
        support_claim(
            claim.pk, expected=expected(claim), sums={line.pk: LineSum(Decimal("5000.01"))}, act=act(office.first)
        )
    assert again(claim).status == ClaimStatus.DISTRICT_REVIEW
    assert claim.decisions.count() == 1


def test_sum_below_the_ceiling_needs_a_reason(office):
    claim = accepted(office)
    (line,) = lines_of(claim)
    with pytest.raises(RefusedError, match="核减理由"):
        support_claim(
            claim.pk, expected=expected(claim), sums={line.pk: LineSum(Decimal("4999.99"))}, act=act(office.first)
        )


def test_support_of_nothing_at_all_is_no_support(office):
    claim = accepted(office)
    (line,) = lines_of(claim)
    with pytest.raises(RefusedError, match="合计为零"):
        nothing = {line.pk: LineSum(Decimal("0.00"), "全部核减")}
        support_claim(claim.pk, expected=expected(claim), sums=nothing, act=act(office.first))


def test_condition_found_unmet_forbids_support_and_says_which(office):
    claim = confirmed(office, item="wx2020-05-loan", lines=[loan_facts()])
    with pytest.raises(RefusedError, match="贷款符合条件"):
        support_claim(claim.pk, expected=expected(claim), unmet=["QUALIFIED"], act=act(office.city))
    decision = refuse_claim(
        claim.pk, expected=expected(claim), unmet=["QUALIFIED"], reason="贷款不合条件", act=act(office.city)
    )
    assert (decision.unmet, decision.conclusion) == (["QUALIFIED"], Conclusion.REFUSE)
    assert decision.assessment.answer["outcome"] == "refused"


def test_final_decision_needs_minutes(office):
    claim = city_passed(office)
    with pytest.raises(RefusedError, match="纪要"):
        support_claim(claim.pk, expected=expected(claim), act=act(office.decider))


@pytest.mark.parametrize("result", [CreditResult.SERIOUS, CreditResult.DISSOLVED])
def test_bad_credit_blocks_support_until_a_later_check_clears_it(office, result):
    claim = confirmed(office)
    record_credit(claim, result=result, source="信用中国", checked_on=date(2026, 5, 1), act=act(office.city))
    with pytest.raises(RefusedError, match="不得支持"):
        support_claim(claim.pk, expected=expected(claim), act=act(office.city))
    clear = CreditResult.CLEAR
    record_credit(claim, result=clear, source="信用中国", checked_on=date(2026, 5, 2), act=act(office.city))
    support_claim(claim.pk, expected=expected(claim), act=act(office.city))
    assert again(claim).status == ClaimStatus.FINAL_DECISION


@pytest.mark.broad
def test_support_approval_and_payment_need_a_check_of_this_claim_that_is_not_too_old(office, settings):
    claims = confirmed(office), decided(office, lines=[patent_facts(7)])
    today = timezone.localdate()
    publicity = publish(office, claims[1], starts_on=today - timedelta(days=20))
    other = confirmed(office, member=claims[0].created_by, lines=[patent_facts(8)])
    settings.CREDIT_VALID_DAYS = 30
    # Another claim's check of today says nothing of this one.
    record_credit(other, result=CreditResult.CLEAR, source="信用中国", checked_on=today, act=act(office.city))

    def support():
        support_claim(claims[0].pk, expected=expected(claims[0]), act=act(office.city))

    def approve():
        approve_claim(claims[1].pk, publicity=publicity, act=act(office.decider))

    for days, refused in ((None, "还没有信用查询"), (31, "已超过 30 天"), (30, ""), (0, "")):
        with transaction.atomic():
            for claim in claims if days is not None else ():
                checked_on = today - timedelta(days=days)
                clear = CreditResult.CLEAR
                record_credit(claim, result=clear, source="信用中国", checked_on=checked_on, act=act(office.city))
            for step in (support, approve):
                with pytest.raises(RefusedError, match=refused) if refused else nullcontext():
                    step()
            transaction.set_rollback(True)


def test_proposed_refusal_becomes_one_when_the_second_officer_confirms(office):
    claim = accepted(office)
    refuse_claim(claim.pk, expected=expected(claim), reason="专利已转让", act=act(office.first))
    assert again(claim).status == ClaimStatus.DISTRICT_CONFIRMATION
    assert not Job.objects.filter(kind="notices.issue_refusal").exists()
    confirm_district_review(claim.pk, expected=expected(claim), act=act(office.second))
    assert again(claim).status == ClaimStatus.REJECTED
    assert again(claim).lines.get().exclusive_key is None
    assert Job.objects.get(kind="notices.issue_refusal").payload == {"claim_id": claim.pk}


def test_refusal_needs_words_and_tells_the_applicant_why(office):
    claim = confirmed(office)
    with pytest.raises(RefusedError, match="理由"):
        refuse_claim(claim.pk, expected=expected(claim), reason="  ", act=act(office.city))
    refuse_claim(claim.pk, expected=expected(claim), reason="发票系伪造", act=act(office.city))
    message = claim.created_by.portal_messages.order_by("-pk").first()
    assert "不予支持" in message.title
    assert "发票系伪造" in message.body


def test_decline_at_acceptance_names_the_remedies_and_has_its_notice_made(office):
    claim = submitted()
    refuse_claim(claim.pk, expected=expected(claim), reason="注册地不在本区", act=act(office.acceptance))
    assert again(claim).status == ClaimStatus.NOT_ACCEPTED
    message = claim.created_by.portal_messages.order_by("-pk").first()
    assert "六十日" in message.body
    assert [job.kind for job in Job.objects.filter(kind__startswith="notices.")] == ["notices.issue_declined"]


def test_send_back_begins_a_new_round_in_which_the_first_officer_concludes_again(office):
    claim = reviewed(office)
    send_back(claim.pk, expected=expected(claim), reason="请核对发票", act=act(office.second))
    claim = again(claim)
    assert (claim.status, claim.round, claim.district_amount) == (ClaimStatus.DISTRICT_REVIEW, 2, None)
    support_claim(claim.pk, expected=expected(claim), act=act(office.first))
    confirm_district_review(claim.pk, expected=expected(claim), act=act(office.second))
    assert again(claim).status == ClaimStatus.CITY_REVIEW


def test_stale_page_is_refused_and_changes_nothing(office):
    claim = accepted(office)
    old = expected(claim)
    support_claim(claim.pk, expected=old, act=act(office.first))
    other = make_official(Role.DISTRICT_FIRST, binhu())
    with pytest.raises(StaleStateError, match="已由他人办理"):
        refuse_claim(claim.pk, expected=old, reason="晚了一步", act=act(other))
    with pytest.raises(StaleStateError):
        support_claim(claim.pk, expected=ExpectedState(ClaimStatus.DISTRICT_CONFIRMATION, 9), act=act(office.second))
    assert again(claim).status == ClaimStatus.DISTRICT_CONFIRMATION
    assert claim.decisions.filter(stage=Stage.DISTRICT_FIRST).count() == 1


def appoint(user, role, region):
    give_role(user, role, region)
    return fresh(user)


def test_nobody_concludes_two_stages_of_one_claim_also_in_another_round(office):
    both = appoint(office.first, Role.DISTRICT_SECOND, binhu())
    claim = reviewed(office)
    with pytest.raises(RefusedError, match="区级初审"):
        confirm_district_review(claim.pk, expected=expected(claim), act=act(both))
    send_back(claim.pk, expected=expected(claim), reason="再看", act=act(office.second))
    other = make_official(Role.DISTRICT_FIRST, binhu())
    support_claim(claim.pk, expected=expected(claim), act=act(other))
    with pytest.raises(RefusedError, match="区级初审"):
        confirm_district_review(claim.pk, expected=expected(claim), act=act(both))
    assert again(claim).status == ClaimStatus.DISTRICT_CONFIRMATION


def test_official_who_belongs_to_the_applicant_stands_aside(office):
    claim = submitted()
    insider = appoint(claim.created_by, Role.ACCEPTANCE, binhu())
    with pytest.raises(RefusedError, match="回避"):
        accept_claim(claim.pk, expected=expected(claim), act=act(insider))


@pytest.mark.parametrize("where", [xishan, suzhou])
def test_official_of_another_place_or_duty_may_not_conclude(office, where):
    claim = accepted(office)
    stranger = make_official(Role.DISTRICT_FIRST, where())
    for user in (stranger, office.second, office.city, office.decider, office.finance, claim.created_by):
        with pytest.raises(PermissionDenied):
            support_claim(claim.pk, expected=expected(claim), act=act(user))
    assert again(claim).status == ClaimStatus.DISTRICT_REVIEW
    assert Decision.objects.filter(claim=claim).count() == 1


def test_limit_used_up_since_the_review_stops_the_final_decision_and_names_what_is_left(office):
    """Two claims on one loan contract, each reviewed while the contract's cap was still free."""
    big = loan_facts(interest_payments=[{"paid_on": "2021-06-20", "amount": "900000"}])
    first = city_passed(office, item="wx2020-05-loan", lines=[big])
    second = city_passed(
        office, item="wx2020-05-loan", lines=[big | {"contract_no": "另一合同", "pledge_no": "Y2021320000002"}]
    )
    # The same contract in the end: found out after the review, by its normal form.
    second.lines.update(subject_key=first.lines.get().subject_key)
    for claim in (first, second):
        answer_findings(claim, office.decider)
    support_claim(first.pk, expected=expected(first), minutes=MINUTES, act=act(office.decider))
    with pytest.raises((LimitExceededError, RefusedError), match=r"50,000\.00 元|现测算上限"):
        support_claim(second.pk, expected=expected(second), minutes=MINUTES, act=act(office.decider))
    assert again(second).status == ClaimStatus.FINAL_DECISION
    assert not LimitEntry.objects.filter(claim=second).exists()


def test_a_sum_that_no_document_splits_comes_whole_from_the_line_of_the_region_that_decides(office):
    plan = LinePlan(name="2026年专项资金", source=SourceKind.CITY)
    line = create_line(wuxi(), year=timezone.localdate().year, plan=plan, act=act(office.finance))
    claim = city_passed(office, item="wx2020-05-loan", lines=[loan_facts()])
    [agenda] = agendas_of(fresh(office.decider))
    assert [(need.line, need.wanted) for need in agenda.budgets] == [(line, claim.forwarded_amount)]
