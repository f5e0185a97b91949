"""The engine's answer about a claim: live, stored, and with the ledger behind it."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.claims.enums import Action
from applications.claims.models import Assessment
from applications.claims.selectors.context import read_claim
from applications.claims.services.assessment import assess_claim, build_question, preview_claim
from applications.claims.services.submission import ClaimIncompleteError, submit_claim
from applications.ledger.selectors import uses_of_claim
from applications.ledger.services import reserve_limits
from policies.engine import assess, content_hash
from policies.published.selectors import catalogue_for
from tests.applications.worlds import loan_facts, patent_facts, publish, ready_claim, start
from tests.factories import ApplicantFactory, act, make_member, make_patent_no

pytestmark = pytest.mark.django_db
FEE = {"patent_no": make_patent_no(4), "fee_year": "7", "paid_on": "2021-05-10", "fees": "1500"}


@pytest.fixture
def member():
    publish()
    return make_member()


def preview(claim):
    return preview_claim(read_claim(claim), on=timezone.localdate())


def grant(claim, member, *amounts):
    """Enter a decided claim in the ledger, as the final decision does."""
    named = [(line.subject_key, Decimal(amount)) for line, amount in zip(claim.lines.all(), amounts, strict=True)]
    answer = Assessment.objects.filter(claim=claim).latest("pk")
    reserve_limits(claim, uses=uses_of_claim(claim, answer, named), act=act(member))


def test_an_empty_draft_has_no_answer_yet(member):
    assert preview(start(member)) is None


def test_lines_that_cannot_be_computed_are_left_out_and_named(member):
    claim = ready_claim(member, lines=[patent_facts(1, fees=""), patent_facts(2, fees="3000")])
    answer = preview(claim)
    assert answer["amount"] == "3000.00"
    assert answer["pending"] == [1]
    assert [line["line"] for line in answer["lines"]] == [2]


def test_steps_name_a_line_by_its_number_on_the_page(member):
    claim = ready_claim(member, lines=[patent_facts(1, fees="x"), patent_facts(2), patent_facts(3, fees="3000")])
    texts = [step["text"] for step in preview(claim)["steps"] if step.get("line")]
    assert {text[:3] for text in texts} == {"第2项", "第3项"}


def test_a_stored_answer_replays_to_the_same_bytes(member):
    claim = ready_claim(member)
    claim = submit_claim(claim, act=act(member), revision=claim.revision, commitment=True).claim
    stored = Assessment.objects.get(claim=claim)
    again = assess(catalogue_for(stored.version), stored.question).as_dict()
    assert again == stored.answer
    assert stored.hash == content_hash(
        {"version": stored.version.hash, "question": stored.question, "answer": stored.answer}
    )


def test_a_condition_an_officer_found_missing_refuses(member):
    claim = ready_claim(member)
    claim = submit_claim(claim, act=act(member), revision=claim.revision, commitment=True).claim
    stored = assess_claim(read_claim(claim), act=act(member), stage=Action.DISTRICT_PASS, unmet=["GRANTED"])
    assert (stored.answer["outcome"], stored.amount) == ("refused", Decimal("0.00"))
    assert claim.lines.get().assessed_amount == Decimal("0.00")


def test_what_the_ledger_paid_before_is_taken_off_and_a_claims_own_entries_are_not(member):
    first = ready_claim(member, item="wx2020-01-maint", lines=[FEE])
    first = submit_claim(first, act=act(member), revision=first.revision, commitment=True).claim
    grant(first, member, "1500")
    assert assess_claim(read_claim(first), act=act(member), stage=Action.DECIDE).amount == Decimal("1500.00")
    second = ready_claim(member, item="wx2020-01-maint", lines=[FEE | {"fee_year": "8", "fees_total": "9000"}])
    assert preview(second)["amount"] == "500.00"


def test_a_right_with_earlier_money_must_state_all_its_costs(member):
    first = ready_claim(member, item="wx2020-01-maint", lines=[FEE])
    first = submit_claim(first, act=act(member), revision=first.revision, commitment=True).claim
    grant(first, member, "1500")
    second = ready_claim(member, item="wx2020-01-maint", lines=[FEE | {"fee_year": "8"}])
    assert preview(second)["missing_labels"] == ["该件累计费用"]
    with pytest.raises(ClaimIncompleteError, match="测算还需要该件累计费用"):
        submit_claim(second, act=act(member), revision=second.revision, commitment=True)


def test_an_earlier_payment_that_is_stated_and_in_the_ledger_counts_once(member):
    first = ready_claim(member, item="wx2020-01-maint", lines=[FEE])
    first = submit_claim(first, act=act(member), revision=first.revision, commitment=True).claim
    grant(first, member, "1500")
    facts = FEE | {"fee_year": "8", "paid_item_before": "1500", "fees_total": "9000"}
    second = ready_claim(member, item="wx2020-01-maint", lines=[facts])
    assert preview(second)["amount"] == "500.00"


def test_a_question_names_the_applicant_the_region_and_the_day(member):
    claim = ready_claim(member)
    question = build_question(read_claim(claim), on=timezone.localdate(), unmet=["X"])
    assert question["applicant"] == {"kind": "enterprise", "region": "320211", "size": claim.applicant.size_class}
    assert question["on"] == timezone.localdate().isoformat()
    assert question["unmet"] == ["X"]
    assert question["lines"][0]["fees"] == "8000.00"


def test_a_claim_refused_as_a_whole_has_an_answer_too(member):
    person = make_member(ApplicantFactory(individual=True))
    claim = ready_claim(person, item="wx2020-05-loan", lines=[loan_facts()])
    assert preview(claim)["outcome"] == "refused"
    stored = assess_claim(read_claim(claim), act=act(person), stage=Action.SUBMIT)
    assert (stored.amount, claim.lines.get().assessed_amount) == (Decimal("0.00"), Decimal("0.00"))


def test_a_preview_asks_the_database_as_often_for_three_lines_as_for_one(member):
    counts = []
    for count in (1, 3):
        claim = ready_claim(member, lines=[patent_facts(10 * count + n) for n in range(count)])
        with CaptureQueriesContext(connection) as queries:
            preview(claim)
        counts.append(len(queries))
    assert counts[0] == counts[1]
