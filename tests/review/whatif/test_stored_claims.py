"""StoredClaims claims as a population: the vectorised engine answers of each what the procedure stored."""

from dataclasses import replace
from decimal import Decimal

import pytest

from applications.claims.enums import ClaimStatus
from applications.claims.models import Assessment, Claim
from policies.engine import assess, load_catalogue
from policies.engine.batch import OUTCOME_CODES, simulate
from portal.core.money import to_fen
from review.whatif.population_builder import PopulationBuilder, StoredQuestion
from review.whatif.selectors import catalogue_in_force
from review.whatif.stored_claims import countable_claims, read_stored_claims
from tests.applications.worlds import loan_facts, patent_facts
from tests.factories import ApplicantFactory, ClaimFactory, make_member, wuxi
from tests.policies.engine.support import worked_cases
from tests.review.whatif.worlds import done, published, simulator
from tests.review.worlds import again, approved, confirmed, reviewed, submitted

pytestmark = pytest.mark.django_db
# Keys of questions whose claims need nothing that only a person says.
PLAIN = {"item", "on", "applicant", "lines", "paid", "times_before", "rank", "ranked", "unmet", "note", "name", "id"}


def test_every_stored_assessment_is_answered_alike_given_its_own_ledger(office):
    member = make_member()
    approved(office, member=member, lines=[patent_facts(1)])
    submitted(member=member, lines=[patent_facts(2), patent_facts(3, fees="3000.01")])
    submitted(lines=[patent_facts(4, fees="4999.99")], member=make_member(ApplicantFactory(individual=True)))
    submitted(member=member, item="wx2020-05-loan", lines=[loan_facts()])
    builder, rules = PopulationBuilder([catalogue_in_force()], bring_ledger=True), catalogue_in_force()
    stored = []
    for claim in Claim.objects.order_by("submitted_at"):
        last = claim.assessments.latest()
        builder.add(StoredQuestion(last.question, claim.applicant_id))
        stored.append(last)
    found = simulate(rules, builder.build(), ledger=False)
    assert [OUTCOME_CODES[code] for code in found.outcome] == [one.answer["outcome"] for one in stored]
    assert found.amount.tolist() == [to_fen(one.amount) for one in stored]
    assert found.city[found.divided].tolist() == [to_fen(one.answer["city"]) for one in stored if one.answer["city"]]


def test_undecided_claims_come_to_their_stored_sums_under_the_same_rules(office):
    for number in range(1, 5):
        submitted(lines=[patent_facts(number), patent_facts(10 + number, fees="123.45")])
    stored = done(simulator(), published()).results["stored"]
    assert stored["undecided"] == 4
    assert stored["undecided_simulated"] == stored["undecided_assessed"] == 4 * (500_000 + 12_345)
    assert stored["differing"] == 0


def test_an_officers_reduction_shows_beside_the_simulated_sum_and_not_in_it(office):
    claim = reviewed(office, lines=[patent_facts(1)])
    Claim.objects.filter(pk=claim.pk).update(approved_amount=Decimal("3000.00"), status=ClaimStatus.APPROVED)
    run = done(simulator(), published())
    assert run.results["stored"]["approved"] == 300_000
    assert run.results["stored"]["undecided"] == 0
    assert run.results["total"][1][5] == 500_000


def test_drafts_and_claims_that_were_given_up_or_turned_away_are_left_out(office):
    submitted(lines=[patent_facts(1)])
    for status in (ClaimStatus.DRAFT, ClaimStatus.WITHDRAWN, ClaimStatus.NOT_ACCEPTED):
        claim = again(submitted(lines=[patent_facts(10 + len(status))]))
        Claim.objects.filter(pk=claim.pk).update(status=status)
    assert len(countable_claims(wuxi().pk)) == 1


def test_a_claim_that_was_never_computed_is_left_out(office):
    ClaimFactory(version=submitted(lines=[patent_facts(1)]).version)
    assert len(countable_claims(wuxi().pk)) == 1


def test_a_refused_claim_stays_unmet_and_one_refused_for_other_reasons_is_left_out(office):
    named = confirmed(office, lines=[patent_facts(1)])
    other = confirmed(office, lines=[patent_facts(2)])
    code = catalogue_in_force().items["wx2020-01-inv"][-1].conditions[0].code
    for claim, unmet in ((named, [code]), (other, [])):
        last = claim.assessments.latest()
        question = last.question | ({"unmet": unmet} if unmet else {})
        Assessment.objects.create(
            claim=claim, stage="reject", version=claim.version, question=question, answer={}, hash="0" * 64
        )
        Claim.objects.filter(pk=claim.pk).update(status=ClaimStatus.REJECTED)
    found = read_stored_claims([catalogue_in_force()], city_code=wuxi().pk)
    assert found.claims.ids.tolist() == [named.pk]
    answer = simulate(catalogue_in_force(), found.population)
    assert OUTCOME_CODES[answer.outcome[0]] == "refused"
    assert answer.reason_codes[answer.reason[0]] == code


def test_claims_of_another_city_are_not_read(office):
    submitted(lines=[patent_facts(1)])
    assert len(read_stored_claims([catalogue_in_force()], city_code="320500").claims) == 0


def test_claims_are_counted_in_the_order_in_which_they_were_filed(office):
    first = submitted(lines=[patent_facts(1)])
    second = submitted(lines=[patent_facts(2)])

    def as_filed():
        found = read_stored_claims([catalogue_in_force()], city_code=wuxi().pk)
        return found.claims.ids[found.population.filed.argsort()].tolist()

    assert as_filed() == [first.pk, second.pk]
    Claim.objects.filter(pk=second.pk).update(submitted_at=first.submitted_at.replace(year=2020))
    assert as_filed() == [second.pk, first.pk]


def test_worked_cases_come_through_the_columns_unchanged():
    """Lists, rows, words, decimals, counts and ledgers: what the columns hold is what the question stated_of."""
    catalogue = load_catalogue()
    asked = [case.question for case in worked_cases() if case.question.keys() <= PLAIN]
    assert len(asked) > 500
    builder = PopulationBuilder([catalogue], bring_ledger=True)
    for number, question in enumerate(asked):
        builder.add(StoredQuestion(question, number))
    found = simulate(catalogue, builder.build(), ledger=False)
    for number, question in enumerate(asked):
        answer = assess(catalogue, question)
        assert OUTCOME_CODES[found.outcome[number]] == answer.outcome, question
        assert found.amount[number] == (answer.amount or 0), question


@pytest.mark.parametrize("ratio", ["33.33%", "100%", "0%", "1/3"])
@pytest.mark.parametrize("chosen", [{}, {"fen_floor": False}, {"district_ratio": "10%"}])
def test_a_districts_own_ratio_is_taken_of_its_claims_alone(ratio, chosen):
    catalogue = load_catalogue()
    own = next(
        versions[-1]
        for versions in catalogue.items.values()
        if any(step.get("ratio_setting") == "district_ratio" for step in versions[-1].steps)
    )
    fields = next(step["fields"] for step in own.steps if "ratio_setting" in step)
    lines = [{**dict.fromkeys(fields, "1234.57"), "district_amount": "7.00"}]
    asked = {
        "item": own.id,
        "on": "2022-05-10",
        "applicant": {"kind": "enterprise", "region": "320506"},
        "lines": lines,
        "assume": "met",
    }
    builder = PopulationBuilder([catalogue])
    questions = [asked | {"settings": {"district_ratio": ratio}}, asked, asked | {"settings": {"district_ratio": "5%"}}]
    for number, question in enumerate(questions):
        builder.add(StoredQuestion(question, number))
    found = simulate(catalogue, replace(builder.build(), assume=True), settings=chosen)
    answers = [
        assess(catalogue, {**question, "settings": chosen | question.get("settings", {})}) for question in questions
    ]
    assert found.amount.tolist() == [answer.amount or 0 for answer in answers]
