"""What the ledger tells the engine of earlier payments."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from applications.claims.models import Claim
from applications.ledger.keys import Party
from applications.ledger.selectors import asked_buckets, balances
from applications.ledger.services import LimitExceededError, release_limits, reserve_limits
from policies.engine import Catalogue, assess
from policies.engine.buckets import program_asked
from tests.applications.ledger.rules import PARTY, question, rules, taken
from tests.factories import ClaimFactory, act
from tests.policies.engine.batch.odd_rules import item, standard

pytestmark = pytest.mark.django_db
PLAIN = rules()
ONE_OF_GROUP = rules({"once": "g", "per": ["applicant"]})


def grant(catalogue: Catalogue, *amounts: tuple[str, str], party: Party = PARTY, name: str = "odd-1"):
    claim = ClaimFactory(lines=0)
    reserve_limits(claim, uses=taken(catalogue, *amounts, party=party, name=name), act=act())
    return claim


def state_of(
    catalogue: Catalogue, *stated: str, name: str = "odd-1", without: Any = None, **more: Any
) -> dict[str, Any]:
    program = program_asked(catalogue, question(("A", "1.00"), name=name))
    buckets = asked_buckets(program, **{"party": PARTY, "subjects": {s: s for s in stated}, **more})
    return buckets.state(balances(buckets.keys.values(), without=without))


def test_without_entries_nothing_was_paid():
    assert state_of(PLAIN, "A") == {"paid": {}, "times_before": 0}


def test_year_lifetime_and_project_are_told_apart():
    last_year = Party(PARTY.applicant_id, PARTY.city_code, 2025)
    grant(PLAIN, ("A", "10.00"), party=last_year)
    grant(PLAIN, ("B", "2.00"))
    state = state_of(PLAIN, "A", "B")
    assert state["paid"] == {
        "same_year": "2.00",
        "lifetime": "12.00",
        "project": {"A": "10.00", "B": "2.00"},
    }
    # No limit of the item asks how often it was paid.
    assert state["times_before"] == 0


def test_another_applicant_changes_nothing_but_the_right():
    grant(PLAIN, ("A", "10.00"), party=Party(99, PARTY.city_code, 2026))
    assert state_of(PLAIN, "A") == {"paid": {"project": {"A": "10.00"}}, "times_before": 0}
    program = program_asked(PLAIN, question(("A", "1.00")))
    buckets = asked_buckets(program, party=PARTY, subjects={"ZL A": "A", "B": "B", "": ""})
    assert buckets.granted(balances(buckets.keys.values())) == {"ZL A": Decimal("10.00")}


@pytest.mark.parametrize("tally", ["lines", "applicants"])
def test_who_asks_for_a_place_of_the_year_has_the_rank_after_those_taken(tally):
    catalogue = rules({"count": 3, "per": ["programme", "year"], "tally": tally})
    assert "rank" not in state_of(catalogue, "A")
    for applicant in (97, 98):
        grant(catalogue, (f"B{applicant}", "10.00"), party=Party(applicant, PARTY.city_code, 2026))
    assert state_of(catalogue, "A")["rank"] == 3
    answer = assess(catalogue, question(("A", "10.00")) | state_of(catalogue, "A")).as_dict()
    assert "排名第 3，在名额内" in str(answer["steps"])
    last = grant(catalogue, ("C", "10.00"), party=Party(99, PARTY.city_code, 2026))
    answer = assess(catalogue, question(("A", "10.00")) | state_of(catalogue, "A")).as_dict()
    assert (answer["outcome"], answer["amount"]) == ("refused", "0.00")
    assert state_of(catalogue, "A", without=last)["rank"] == 3
    assert "rank" not in state_of(catalogue, "A", party=Party(PARTY.applicant_id, PARTY.city_code, 2025))


def test_programme_of_the_city_is_counted_where_a_limit_stands_on_it():
    catalogue = rules({"yuan": "1000", "per": ["programme", "year"]})
    grant(catalogue, ("A", "10.00"), party=Party(99, PARTY.city_code, 2026))
    assert state_of(catalogue)["paid"] == {"programme_year": "10.00"}


def test_lower_tier_paid_earlier_is_absorbed():
    lower = item("odd-low", [standard("50000")], limits=[{"once": "g", "per": ["applicant"]}])
    catalogue = rules({"once": "g", "per": ["applicant"]}, {"absorbs": "odd-low"}, beside=(lower,))
    grant(catalogue, ("CERT", "50000.00"), name="odd-low")
    assert state_of(catalogue) == {"paid": {"lower_tier": "50000.00", "once_group": True}, "times_before": 0}


def test_subject_is_found_under_its_normal_form_and_answered_as_stated():
    grant(PLAIN, ("201810000001.6", "10.00"))
    state = state_of(PLAIN, subjects={"ZL2018 1 0000001.6": "201810000001.6"})
    assert state["paid"]["project"] == {"ZL2018 1 0000001.6": "10.00"}


def test_released_claim_counts_no_more():
    claim = grant(ONE_OF_GROUP, ("A", "10.00"))
    assert state_of(ONE_OF_GROUP, "A")["paid"]["once_group"] is True
    release_limits(claim, act=act())
    zero = {"same_year": "0.00", "lifetime": "0.00", "project": {"A": "0.00"}}
    assert state_of(ONE_OF_GROUP, "A") == {"paid": zero, "times_before": 0}


def test_own_entries_are_left_out_when_a_decided_claim_is_assessed_again():
    claim = grant(PLAIN, ("A", "10.00"))
    zero = {"same_year": "0.00", "lifetime": "0.00", "project": {"A": "0.00"}}
    assert state_of(PLAIN, "A", without=claim) == {"paid": zero, "times_before": 0}


def test_one_query_answers_and_one_more_leaves_the_own_out(django_assert_num_queries):
    claim = grant(PLAIN, ("A", "10.00"))
    with django_assert_num_queries(1):
        state_of(PLAIN, "A", "B", "C")
    with django_assert_num_queries(2):
        state_of(PLAIN, "A", "B", "C", without=claim)


def on(day, **changes):
    return replace(PARTY, day=day, year=day.year, **changes)


def test_the_last_years_are_read_and_held_by_the_days_on_which_claims_were_filed():
    catalogue = rules({"yuan": "50", "per": ["applicant", "rolling"], "years": 3})
    for day in (date(2024, 3, 1), date(2024, 3, 2)):
        claim = grant(catalogue, (f"A{day.day}", "20.00"), party=on(day))
        Claim.objects.filter(pk=claim.pk).update(submitted_at=datetime.combine(day, time(12), tzinfo=UTC))
    today = on(date(2027, 3, 1))
    assert state_of(catalogue, party=today)["paid"]["rolling"] == "20.00"
    assert state_of(catalogue, party=today)["paid"]["lifetime"] == "40.00"
    with pytest.raises(LimitExceededError, match="近 3 年.*尚余 30.00 元"):
        grant(catalogue, ("B", "30.01"), party=today)
    grant(catalogue, ("B", "30.00"), party=today)


def test_companies_of_a_group_hold_one_bucket_and_one_alone_its_own():
    catalogue = rules({"yuan": "50", "per": ["companies", "year"]})
    grant(catalogue, ("A", "30.00"), party=replace(PARTY, companies="太湖集团"))
    grant(catalogue, ("B", "40.00"), party=replace(PARTY, applicant_id=8))
    for party, held in ((replace(PARTY, applicant_id=9, companies="太湖集团"), "30.00"), (PARTY, None)):
        assert state_of(catalogue, party=party)["paid"].get("group_year") == held
    with pytest.raises(LimitExceededError, match="该集团本年度"):
        grant(catalogue, ("C", "20.01"), party=replace(PARTY, applicant_id=9, companies="太湖集团"))


def test_times_of_a_year_and_sums_of_a_district_are_counted_for_themselves():
    times = {"count": 2, "per": ["applicant", "year"], "tally": "lines"}
    catalogue = rules(times, {"yuan": "1000", "per": ["district", "year"]})
    here, there = Party(99, "320200", 2026, "320211"), Party(PARTY.applicant_id, "320200", 2025, "320211")
    for party in (here, there):
        grant(catalogue, (f"A{party.year}", "10.00"), party=party)
    grant(catalogue, ("B", "1.00"), ("C", "1.00"))

    assert state_of(catalogue, party=replace(here, applicant_id=1))["paid"] == {"district_year": "10.00"}
    assert state_of(catalogue)["times_before"] == 2
    assert state_of(catalogue, party=there)["times_before"] == 1
    answer = assess(catalogue, question(("D", "1.00")) | state_of(catalogue)).as_dict()
    assert (answer["outcome"], answer["reasons"][0]["code"]) == ("refused", "L0")
