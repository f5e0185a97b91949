"""What the ledger tells the engine of earlier payments."""

from decimal import Decimal

import pytest

from applications.ledger import keys
from applications.ledger.selectors import ledger_state, subsidised_before
from applications.ledger.services import release_limits, reserve_limits
from tests.applications.ledger.test_keys import PARTY, Rules
from tests.factories import ClaimFactory, act

pytestmark = pytest.mark.django_db


def grant(rules: Rules, *amounts: tuple[str, str], party: keys.Party = PARTY):
    claim = ClaimFactory(lines=0)
    reserve_limits(claim, uses=keys.uses_of(rules, party, [(s, Decimal(a)) for s, a in amounts]), act=act())
    return claim


def test_without_entries_nothing_was_paid():
    assert ledger_state(Rules(), party=PARTY, subjects={"A": "A"}) == {"paid": {}, "times_before": 0}


def test_year_lifetime_and_project_are_told_apart():
    last_year = keys.Party(PARTY.applicant_id, PARTY.city_code, 2025)
    grant(Rules(), ("A", "10.00"), party=last_year)
    grant(Rules(), ("B", "2.00"))
    state = ledger_state(Rules(), party=PARTY, subjects={"A": "A", "B": "B"})
    assert state["paid"] == {
        "same_year": "2.00",
        "lifetime": "12.00",
        "project": {"A": "10.00", "B": "2.00"},
    }
    assert state["times_before"] == 2


def test_another_applicant_changes_nothing_but_the_right():
    grant(Rules(), ("A", "10.00"), party=keys.Party(99, PARTY.city_code, 2026))
    state = ledger_state(Rules(), party=PARTY, subjects={"A": "A"})
    assert state == {"paid": {"project": {"A": "10.00"}}, "times_before": 0}
    assert subsidised_before("x", "A") == Decimal("10.00")


def test_programme_of_the_city_is_counted_where_a_limit_stands_on_it():
    rules = Rules(limits=({"yuan": "1000", "per": ["programme", "year"], "ledger": "programme_year"},))
    grant(rules, ("A", "10.00"), party=keys.Party(99, PARTY.city_code, 2026))
    assert ledger_state(rules, party=PARTY)["paid"] == {"programme_year": "10.00"}


def test_lower_tier_paid_earlier_is_absorbed():
    lower = Rules(id="x-low", once_group="g")
    higher = Rules(id="x-high", once_group="g", limits=({"absorbs": "x-low", "ledger": "lower_tier"},))
    grant(lower, ("CERT", "50000.00"))
    state = ledger_state(higher, party=PARTY)
    assert state == {"paid": {"lower_tier": "50000.00", "once_group": True}, "times_before": 0}


def test_subject_is_found_under_its_normal_form_and_answered_as_stated():
    grant(Rules(), ("201810000001.6", "10.00"))
    state = ledger_state(Rules(), party=PARTY, subjects={"ZL2018 1 0000001.6": "201810000001.6"})
    assert state["paid"]["project"] == {"ZL2018 1 0000001.6": "10.00"}


def test_released_claim_counts_no_more():
    claim = grant(Rules(once_group="g"), ("A", "10.00"))
    release_limits(claim, act=act())
    state = ledger_state(Rules(once_group="g"), party=PARTY, subjects={"A": "A"})
    zero = {"same_year": "0.00", "lifetime": "0.00", "project": {"A": "0.00"}}
    assert state == {"paid": zero, "times_before": 0}


def test_own_entries_are_left_out_when_a_decided_claim_is_assessed_again():
    claim = grant(Rules(), ("A", "10.00"))
    state = ledger_state(Rules(), party=PARTY, subjects={"A": "A"}, without=claim)
    zero = {"same_year": "0.00", "lifetime": "0.00", "project": {"A": "0.00"}}
    assert state == {"paid": zero, "times_before": 0}


def test_one_query_answers_and_one_more_leaves_the_own_out(django_assert_num_queries):
    claim = grant(Rules(), ("A", "10.00"))
    with django_assert_num_queries(1):
        ledger_state(Rules(), party=PARTY, subjects={"A": "A", "B": "B", "C": "C"})
    with django_assert_num_queries(2):
        ledger_state(Rules(), party=PARTY, subjects={"A": "A", "B": "B", "C": "C"}, without=claim)
