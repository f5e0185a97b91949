"""Findings over the steps of a claim: kept, answered, gone, and what they stop, under the claim's lock."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.core.errors import RefusedError, StaleStateError
from portal.jobs.services import run_due_jobs
from review.checks.enums import STEP_OF, Severity, Step, Verdict
from review.checks.kinds.lists import find_dishonest
from review.checks.models import Examination, Finding, FindingAnswer
from review.checks.registry import CHECKS, Check, Found
from review.checks.selectors import open_findings_of, step_of
from review.checks.services.answers import answer_finding
from review.checks.services.examine import examine_open_claims
from review.decisions.enums import Stage
from review.decisions.permissions import STAGE_OF
from review.decisions.services.decisions import accept_claim, confirm_district_review, refuse_claim, support_claim
from review.decisions.services.publicity import approve_claim
from tests.applications.worlds import at_once, patent_facts
from tests.factories import act
from tests.review.decisions.pages import as_, page_of
from tests.review.worlds import (
    MINUTES,
    accepted,
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


@pytest.fixture
def doubt(monkeypatch):
    """A check of every step whose finding the test sets: severity, and facts that may change."""
    state = {"found": [], "severity": Severity.QUESTION}
    check = Check(
        title="试用核查",
        find=lambda _: list(state["found"]),
        words={"": "{place}有疑点 {n}。"},
        severity=Severity.BLOCKING,
        steps=frozenset(CHECKS["dates"].steps),
    )
    for module in ("selectors", "services.examine", "services.answers"):
        monkeypatch.setattr(f"review.checks.{module}.CHECKS", {"doubt": check})

    def raise_doubt(severity=Severity.QUESTION, n=1):
        state["found"] = [Found("x", {"n": n}, at_most=severity)] if severity else []

    return raise_doubt


def answered(claim, officer, verdict=Verdict.VERIFIED, n=1):
    digest = Found("x", {"n": n}).digest
    given = {"code": "doubt", "key": "x", "digest": digest, "verdict": verdict, "reason": "已对照原件"}
    return answer_finding(claim.pk, **given, act=act(officer))


STEPS = {
    "acceptance": (
        submitted,
        "acceptance",
        lambda c, o: accept_claim(c.pk, expected=expected(c), act=act(o.acceptance)),
    ),
    "first": (accepted, "first", lambda c, o: support_claim(c.pk, expected=expected(c), act=act(o.first))),
    "second": (reviewed, "second", lambda c, o: confirm_district_review(c.pk, expected=expected(c), act=act(o.second))),
    "city": (confirmed, "city", lambda c, o: support_claim(c.pk, expected=expected(c), act=act(o.city))),
    "final": (
        city_passed,
        "decider",
        lambda c, o: support_claim(c.pk, expected=expected(c), minutes=MINUTES, act=act(o.decider)),
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_question_stops_every_step_until_who_has_the_claim_answers(office, doubt, step):
    make, duty, go_on = STEPS[step]
    claim = make() if step == "acceptance" else make(office)
    doubt()
    with pytest.raises(RefusedError, match="试用核查：本件申报有疑点 1。"):
        go_on(claim, office)
    assert again(claim).status == claim.status
    assert not Finding.objects.exists()
    with pytest.raises(PermissionDenied):
        answered(claim, office.finance)
    answered(claim, getattr(office, duty))
    go_on(claim, office)
    assert again(claim).status != claim.status


def test_every_stage_of_review_is_a_step():
    assert {Step(stage) for stage in Stage} == {Step(value) for value in STAGE_OF.values()}
    assert {status: STEP_OF[status].value for status in STAGE_OF} == STAGE_OF


def test_refusals_wait_for_nothing(office, doubt):
    claim = accepted(office)
    doubt(Severity.BLOCKING)
    refuse_claim(claim.pk, expected=expected(claim), reason="不符合条件", act=act(office.first))
    confirm_district_review(claim.pk, expected=expected(claim), act=act(office.second))
    assert again(claim).status == "rejected"


def test_blocking_finding_is_let_pass_by_a_supervisor_only(office, doubt):
    claim = accepted(office)
    doubt(Severity.BLOCKING)
    for officer, verdict, error in (
        (office.first, Verdict.VERIFIED, RefusedError),
        (office.first, Verdict.OVERRIDE, PermissionDenied),
        (office.city, Verdict.OVERRIDE, PermissionDenied),
    ):
        with pytest.raises(error):
            answered(claim, officer, verdict)
    assert not FindingAnswer.objects.exists()
    answered(claim, office.second, Verdict.OVERRIDE)
    support_claim(claim.pk, expected=expected(claim), act=act(office.first))
    assert CHECKS["dishonest"].find is find_dishonest
    assert not CHECKS["dishonest"].may_be_overridden


def test_answer_holds_while_the_facts_are_the_same_and_what_is_gone_comes_back_as_the_same_row(office, doubt):
    claim = accepted(office)
    doubt()
    answered(claim, office.first)
    row = Finding.objects.get()
    for severity, n, open_questions, gone in (
        (Severity.QUESTION, 1, 0, False),
        (None, 1, 0, True),
        (Severity.QUESTION, 1, 0, False),
        (Severity.QUESTION, 2, 1, False),
        (Severity.NOTICE, 2, 0, False),
    ):
        doubt(severity, n)
        examine_open_claims()
        kept = Finding.objects.get()
        assert (kept.pk, kept.first_seen, kept.gone_at is not None) == (row.pk, row.first_seen, gone)
        assert Examination.objects.get().questions == open_questions
    doubt(n=2)
    with pytest.raises(StaleStateError):
        answered(claim, office.first, n=1)


def test_approval_and_payment_wait_for_answers_too(office, doubt):
    claim = decided(office)
    listed = publish(office, claim)
    late = on(listed.ends_on.replace(day=listed.ends_on.day + 3), office.decider)
    doubt()
    with pytest.raises(RefusedError, match="试用核查"):
        approve_claim(claim.pk, publicity=listed, act=late)
    answered(claim, office.decider)
    approve_claim(claim.pk, publicity=listed, act=late)
    assert open_findings_of([claim.pk]) == {}
    doubt(n=2)
    examine_open_claims()
    assert open_findings_of([claim.pk]) == {claim.pk: "核查疑点未处理：本件申报有疑点 2。"}


def test_handed_in_claim_is_examined_by_a_job_and_marked_in_the_queue(office, doubt, client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    doubt()
    claim = submitted()
    run_due_jobs()
    assert Examination.objects.get(claim=claim).questions == 1
    queue = as_(client, office.acceptance).get(reverse("review:queue"))
    assert "有疑点" in queue.content.decode()
    listed = client.get(reverse("review:queue"), {"open_findings": "on"}).content.decode()
    assert claim.number in listed
    panel = client.get(reverse("review:panel", args=[claim.key, "findings"]))
    assert "本件申报有疑点 1。" in panel.content.decode()
    assert "findings" in page_of(client, claim).content.decode()
    row = Finding.objects.get()
    sent = {"code": row.code, "key": row.key, "digest": row.digest, "verdict": "verified", "reason": ""}
    refused = client.post(reverse("checks:answer", args=[claim.key]), sent)
    assert (refused.status_code, FindingAnswer.objects.count()) == (422, 0)
    assert client.post(reverse("checks:answer", args=[claim.key]), sent | {"reason": "已核对"}).status_code == 302
    assert client.get(reverse("review:queue"), {"open_findings": "on"}).context["page"].rows == []
    table = client.get(reverse("checks:findings"), {"answered": "yes"}).content.decode()
    assert claim.number in table
    assert "已核对" in table
    sheet = client.get(reverse("checks:findings_export"))
    assert sheet.headers["Content-Type"].startswith("application/vnd.openxmlformats")


def test_other_claims_are_named_to_those_who_may_see_them(office, client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    first, other = submitted(lines=[patent_facts(1)]), submitted(lines=[patent_facts(2)])
    other.lines.update(subject_key=first.lines.get().subject_key)
    address = reverse("review:panel", args=[other.key, "findings"])
    assert first.number in as_(client, office.acceptance).get(address).content.decode()
    first.region_id, first.city_id = office.city.active_appointments[0].region_id, "320000"
    first.save(update_fields=["region", "city"])
    shown = client.get(address).content.decode()
    assert first.number not in shown
    assert "另外 1 件申报" in shown


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_examine_and_answer_one_finding(office, doubt):
    claim = accepted(office)
    doubt()
    outcomes = at_once(2, lambda: answered(claim, office.first))
    assert [isinstance(outcome, FindingAnswer) for outcome in outcomes] == [True, True]
    assert Finding.objects.count() == 1


def test_publicity_first_is_looked_at_for_its_decision_not_for_an_approval():
    for departures, step in (("", Step.APPROVAL), ("panel,publicity_first", Step.FINAL)):
        for status in (ClaimStatus.AWAITING_PUBLICITY, ClaimStatus.PUBLICITY, ClaimStatus.OBJECTION):
            assert step_of(Claim(status=status, departures=departures)) == step
