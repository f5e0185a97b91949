"""Sums that the document leaves to people (一事一议): proposed, held against the limits, set by a named paper."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.claims.selectors.context import read_claim
from applications.claims.services import assessment
from applications.claims.services.assessment import build_question, day_of
from applications.ledger.models import LimitEntry
from policies.engine import assess
from portal.core.errors import RefusedError
from review.decisions.enums import Stage
from review.decisions.models import Decision
from review.decisions.selectors import ceilings
from review.decisions.selectors.ceilings import open_sums
from review.decisions.services.bulk import conclude_claims, rehearse_conclusions
from review.decisions.services.decisions import Minutes, confirm_district_review, support_claim
from review.decisions.services.publicity import approve_list
from review.decisions.services.sums import LineSum
from review.funding.models import Award
from review.notices.enums import NoticeKind
from review.notices.services import issue_notice
from tests.factories import act
from tests.review.paying import pay
from tests.review.worlds import MINUTES, again, expected, on, publish, taken_up

pytestmark = pytest.mark.django_db

PAPER = "市政府专题会议纪要〔2026〕12号，2026-05-20"
SETTING = Minutes(MINUTES.number, MINUTES.date, PAPER)
EVENT = {"project_name": "太湖知识产权国际论坛", "approved_on": "2026-03-01", "requested": "500000"}


def event(office, *, lines=None):
    """A claim for an international event, taken up for review."""
    return taken_up(office, item="wx2020-16-event", lines=lines or [EVENT])


def sums(claim, *amounts, reason="规模 800 人，国外嘉宾过半"):
    lines = claim.lines.order_by("position")
    return {line.pk: LineSum(Decimal(amount), reason) for line, amount in zip(lines, amounts, strict=True)}


def proposed(office, **given):
    """Through both reviews with 300,000.00 yuan, waiting for the final decision."""
    claim = event(office, **given)
    support_claim(claim.pk, expected=expected(claim), sums=sums(claim, "300000"), act=act(office.first))
    confirm_district_review(claim.pk, expected=expected(claim), act=act(office.second))
    support_claim(claim.pk, expected=expected(claim), act=act(office.city))
    return again(claim)


def test_applicant_claims_no_sum_and_the_officers_set_it(office):
    claim = proposed(office)
    assert claim.claimed_amount is None
    assert (claim.district_amount, claim.city_amount) == (Decimal("300000.00"), Decimal("300000.00"))
    decision = support_claim(
        claim.pk, expected=expected(claim), sums=sums(claim, "280000"), minutes=SETTING, act=act(office.decider)
    )
    claim = again(claim)
    assert (claim.status, claim.approved_amount) == (ClaimStatus.AWAITING_PUBLICITY, Decimal("280000.00"))
    assert (decision.is_discretionary, decision.decision_no) == (True, PAPER)
    assert decision.reason == "规模 800 人，国外嘉宾过半"
    answer = decision.assessment.answer
    assert (answer["outcome"], answer["amount"]) == ("payable", "280000.00")
    assert decision.assessment.question["lines"][0]["decided"] == "280000.00"
    assert decision.assessment.question["lines"][0]["decision_no"] == PAPER
    assert answer["steps"][0]["code"] == "GIVEN"
    assert "锡政办发〔2020〕11号" in answer["steps"][0]["citation"]
    assert {entry.amount for entry in LimitEntry.objects.filter(claim=claim)} == {Decimal("280000.00")}


def test_first_officer_must_name_a_sum_with_its_reason(office):
    claim = event(office)
    with pytest.raises(RefusedError, match="文件未定金额"):
        support_claim(claim.pk, expected=expected(claim), act=act(office.first))
    with pytest.raises(RefusedError, match="写明金额的理由"):
        support_claim(claim.pk, expected=expected(claim), sums=sums(claim, "1", reason=" "), act=act(office.first))
    with pytest.raises(RefusedError, match="不能为负数"):
        support_claim(claim.pk, expected=expected(claim), sums=sums(claim, "-1"), act=act(office.first))
    with pytest.raises(RefusedError, match="过大"):
        support_claim(claim.pk, expected=expected(claim), sums=sums(claim, "1000000000000"), act=act(office.first))
    with pytest.raises(RefusedError, match="不予支持"):
        support_claim(claim.pk, expected=expected(claim), sums=sums(claim, "0"), act=act(office.first))
    assert again(claim).status == ClaimStatus.DISTRICT_REVIEW
    assert not Decision.objects.filter(claim=claim, stage=Stage.DISTRICT_FIRST).exists()


@pytest.fixture
def engine_runs(monkeypatch):
    """The questions that were put to the engine, in their order."""
    asked = []

    def count(catalogue, question):
        asked.append(question)
        return assess(catalogue, question)

    for module in (assessment, ceilings):
        monkeypatch.setattr(module, "assess", count)
    return asked


def test_final_sum_costs_one_run_of_the_engine(office, engine_runs, django_assert_max_num_queries):
    claim = proposed(office)
    engine_runs.clear()
    given = {"expected": expected(claim), "sums": sums(claim, "280000"), "minutes": SETTING, "act": act(office.decider)}
    # Two of them read back what the chain holds of the claim and of its lines; fourteen are the checks under the lock.
    with django_assert_max_num_queries(89):
        support_claim(claim.pk, **given)
    assert [question["lines"][0]["decided"] for question in engine_runs] == ["280000.00"]


def test_open_sums_are_asked_anew_where_the_question_has_changed(office, engine_runs):
    context = read_claim(event(office))
    question = build_question(context, on=day_of(context.claim, act()))
    earlier = context.claim.assessments.first()
    engine_runs.clear()
    (line,) = context.lines
    assert open_sums(context, question, earlier=earlier).lines == {line.line.pk}
    assert not engine_runs
    refused = question | {"unmet": ["场地未落实"]}
    assert open_sums(context, refused, earlier=earlier).lines == frozenset()
    assert engine_runs == [refused]


def test_final_sum_needs_the_paper_that_sets_it(office):
    claim = proposed(office)
    with pytest.raises(RefusedError, match="金额依据"):
        support_claim(claim.pk, expected=expected(claim), minutes=MINUTES, act=act(office.decider))
    assert again(claim).status == ClaimStatus.FINAL_DECISION
    assert not LimitEntry.objects.filter(claim=claim).exists()


def test_database_itself_wants_the_paper(office):
    claim = proposed(office)
    with pytest.raises(IntegrityError, match="discretionary_sum_names_what_sets_it"), transaction.atomic():
        Decision.objects.create(
            claim=claim,
            stage=Stage.FINAL,
            round=claim.round,
            conclusion="support",
            officer=office.decider,
            officer_name="徐审定",
            amount=Decimal("1.00"),
            is_discretionary=True,
            minutes_number="1",
            minutes_date=MINUTES.date,
        )


def test_one_line_may_get_nothing_and_the_others_their_sums(office):
    second = EVENT | {"project_name": "长三角知识产权博览会"}
    claim = event(office, lines=[EVENT, second])
    decision = support_claim(
        claim.pk, expected=expected(claim), sums=sums(claim, "0", "200000.01"), act=act(office.first)
    )
    assert decision.amount == Decimal("200000.01")
    assert list(decision.lines.values_list("amount", flat=True)) == [Decimal("0.00"), Decimal("200000.01")]


def test_decided_sum_goes_its_ordinary_way_to_the_bank(office):
    claim = proposed(office)
    support_claim(claim.pk, expected=expected(claim), minutes=SETTING, act=act(office.decider))
    listed = publish(office, claim)
    assert listed.entries.get().amount == Decimal("300000.00")
    after = listed.ends_on + timedelta(days=1)
    approve_list(listed, act=on(after, office.decider))
    notice = issue_notice(claim.pk, kind=NoticeKind.GRANT, act=on(after))
    assert notice.snapshot["decision_no"] == PAPER
    assert notice.snapshot["lines"][0]["explanation"].endswith("审定理由：规模800人，国外嘉宾过半")
    assert Award.objects.get(claim=claim).total == Decimal("300000.00")
    pay(claim, day=after)
    assert again(claim).status == ClaimStatus.PAID


def test_meeting_decides_many_with_one_paper_and_stops_at_those_without(office):
    claim = proposed(office)
    (refused,) = rehearse_conclusions([claim], stage=Stage.FINAL, minutes=MINUTES, act=act(office.decider))
    assert "金额依据" in refused.problem
    assert refused.amount == Decimal("300000.00")
    (done,) = conclude_claims([claim], stage=Stage.FINAL, minutes=SETTING, act=act(office.decider))
    assert (done.problem, done.amount) == ("", Decimal("300000.00"))
    assert again(claim).approved_amount == Decimal("300000.00")


@pytest.fixture
def page(client, settings):
    """Open the claim's page as an officer, or send a conclusion on it; returns the response."""
    settings.OFFICIALS_NEED_SECOND_FACTOR = False

    def visit(officer, claim, **sent):
        client.force_login(officer)
        if not sent:
            return client.get(reverse("review:claim", args=[claim.key]))
        looked = expected(claim)
        sent |= {"conclusion": "support", "status": looked.status, "round": looked.round}
        return client.post(reverse("review:conclude", args=[claim.key]), sent)

    return visit


def test_form_starts_from_what_the_applicant_asks_and_keeps_what_was_typed(office, page):
    claim = event(office)
    line = claim.lines.get()
    shown = page(office.first, claim).content.decode()
    assert "政策文件没有规定金额" in shown
    assert 'value="500,000.00"' in shown
    response = page(office.first, claim, **{f"amount_{line.pk}": "300000", f"reason_{line.pk}": ""})
    assert response.status_code == 422
    assert "请写明理由" in response.content.decode()
    assert 'value="300000"' in response.content.decode()
    assert again(claim).status == ClaimStatus.DISTRICT_REVIEW
    response = page(office.first, claim, **{f"amount_{line.pk}": "30万元", f"reason_{line.pk}": "比照上年"})
    assert response.status_code == 302
    assert again(claim).district_amount == Decimal("300000.00")


def test_final_form_asks_for_the_paper_and_shows_the_sum_before(office, page):
    claim = proposed(office)
    line = claim.lines.get()
    shown = page(office.decider, claim).content.decode()
    assert "金额依据" in shown
    assert 'value="300,000.00"' in shown
    typed = {f"amount_{line.pk}": "300000", f"reason_{line.pk}": "同意", "minutes_number": "1"}
    typed |= {"minutes_date": "2026-06-01"}
    assert page(office.decider, claim, **typed).status_code == 422
    assert page(office.decider, claim, **typed, decision_no=PAPER).status_code == 302
    assert again(claim).approved_amount == Decimal("300000.00")


def test_lists_say_in_words_that_people_set_the_sum(office, client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    event(office)
    client.force_login(office.first)
    assert "一事一议" in client.get(reverse("review:queue")).content.decode()
