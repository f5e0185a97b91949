"""What one may get: asked of the engine, listed by what can be done with it, added up only where it adds up."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.engine import APPLICANT_KINDS, Outcome, assess, load_catalogue
from policies.facts.values import read_facts
from policies.finder.events import events_of
from policies.finder.matching import Asker, Happening, find_matches
from policies.finder.selectors import published_items
from policies.published.enums import DocumentStatus
from policies.published.services import publish_catalogue
from tests.factories import act

TODAY = date(2026, 11, 21)
BINHU = Asker("enterprise", "320211")
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def items(module_transaction):
    """Everything published."""
    publish_catalogue(act())
    return published_items()


def happening(items, code: str, *picked: str, **facts) -> Happening:
    event = next(event for event in events_of(entry.newest for entry in items) if event.code == code)
    return Happening(event, read_facts(event.asked_facts, facts), frozenset(picked))


def find(items, *happenings, asker=BINHU):
    return find_matches(items, asker, happenings, today=TODAY)


def by_code(matches):
    return {match.entry.item.code: match for match in matches}


def test_a_granted_invention_brings_its_sum_with_the_basis_and_what_is_still_to_be_shown(items):
    finding = find(items, happening(items, "patent", granted_on="2025-05-10", patent_kind="invention", fees="3999.99"))
    match = by_code(finding.in_force)["wx2020-01-inv"]
    assert match.amount == Decimal("3999.99")
    assert match.is_certain
    assert match.open_conditions == ["已取得发明专利授权（含国防专利），申报人是授权时的第一权利人"]
    assert match.rules.citation.startswith("锡政办发〔2020〕11号")
    assert {wanted.code for wanted in match.evidence} >= {"certificate", "fee_receipts"}
    refused = by_code(finding.refused)
    assert "专利类型" in refused["wx2020-01-design"].words["reasons"][0]["text"]
    assert "sz2021-01-first" in refused


def test_without_the_cost_the_fact_that_is_missing_is_named(items):
    match = by_code(find(items, happening(items, "patent", patent_kind="invention")).in_force)["wx2020-01-inv"]
    assert match.outcome is Outcome.UNDETERMINED
    assert match.missing == ["费用合计"]


def test_a_kind_that_nobody_stated_makes_a_match_a_guess(items):
    matches = by_code(find(items, happening(items, "patent", granted_on="2025-05-10", fees="600")).in_force)
    assert matches["wx2020-01-inv"].amount == Decimal("600.00")
    assert matches["wx2020-01-design"].amount == Decimal("500.00")
    assert not matches["wx2020-01-inv"].is_certain
    assert find(items, happening(items, "patent", granted_on="2025-05-10", fees="600")).total.amount == 0


def test_the_day_of_the_fact_picks_what_applies_and_a_day_before_it_is_refused_with_the_day(items):
    before = find(items, happening(items, "patent", granted_on="2020-03-09", patent_kind="invention", fees="1"))
    assert "2020-03-10" in by_code(before.refused)["wx2020-01-inv"].words["reasons"][0]["text"]
    first = find(items, happening(items, "patent", granted_on="2020-03-10", patent_kind="invention", fees="1"))
    assert "wx2020-01-inv" in by_code(first.in_force)


def test_an_ended_plan_and_a_draft_stand_apart_from_what_is_in_force(items):
    suzhou = find(
        items,
        happening(items, "insurance", signed_on="2022-05-01", premium="1000"),
        asker=Asker("enterprise", "320506"),
    )
    assert set(by_code(suzhou.ended)) == {"sz2021-20-ins"}
    assert by_code(suzhou.ended)["sz2021-20-ins"].entry.status == DocumentStatus.ENDED
    lyg = find(
        items,
        happening(items, "insurance", signed_on="2024-08-01", premium="1000"),
        asker=Asker("enterprise", "320706"),
    )
    assert set(by_code(lyg.drafts)) == {"lyg-08-ins"}
    assert by_code(lyg.drafts)["lyg-08-ins"].amount == Decimal("500.00")
    assert lyg.total.amount == 0


def test_who_lives_elsewhere_learns_that_the_place_is_the_reason(items):
    finding = find(items, happening(items, "insurance", premium="1000"), asker=Asker("enterprise", "其他地区"))
    assert finding.count == 0
    assert {m.words["reasons"][0]["code"] for m in finding.refused} == {"REGION"}


def test_a_sum_that_only_a_district_sets_is_not_asked_for(items):
    found = find(
        items, happening(items, "madrid", registered_on="2022-05-01", fees="1"), asker=Asker("enterprise", "320506")
    )
    match = by_code(found.ended)["sz2021-01-madrid"]
    assert match.is_set_elsewhere
    assert match.missing == []


def test_who_says_which_title_it_was_sees_that_one_and_who_does_not_sees_all_as_guesses(items):
    asker = Asker("enterprise", "320706")
    every = find(items, happening(items, "title", awarded_on="2024-08-01"), asker=asker)
    assert {"lyg-19-demo", "lyg-19-adv"} <= set(by_code(every.drafts))
    assert not any(match.is_certain for match in every.drafts if match.amount)
    one = find(items, happening(items, "title", "lyg-19-demo", awarded_on="2024-08-01"), asker=asker)
    assert by_code(one.drafts)["lyg-19-demo"].is_certain
    assert "lyg-19-adv" not in by_code([*one.drafts, *one.refused])


def test_counted_things_pay_for_each_whole_ten(items):
    asker = Asker("enterprise", "320706")
    for count, amount in (("9", None), ("10", True), ("19", True)):
        found = find(items, happening(items, "open-licence", announced_on="2024-08-01", count=count), asker=asker)
        assert ("lyg-09-open" in by_code(found.drafts)) == bool(amount), count


# ---- together -------------------------------------------------------------------------------------
def test_different_events_of_one_document_add_up(items):
    finding = find(
        items,
        happening(items, "patent", granted_on="2025-05-10", patent_kind="invention", fees="9000"),
        happening(items, "madrid", registered_on="2025-05-10", fees="12000"),
    )
    assert finding.total.amount == Decimal("15000.00")
    assert finding.total.notes == []


def test_of_two_items_that_exclude_each_other_the_higher_counts_once_and_a_note_says_so(items):
    both = happening(items, "gi", "wx2020-15-gi", "wx2020-15-gitm", registered_on="2025-02-02")
    finding = find(items, both, asker=Asker("association", "320211"))
    sums = [match.amount for match in finding.in_force]
    assert len(sums) == 2
    assert finding.total.amount == max(sums)
    assert any("只能选一项" in note for note in finding.total.notes)


def test_a_higher_tier_absorbs_the_lower_in_the_sum(items):
    finding = find(items, happening(items, "certificate", certified_on="2025-03-01", evaluation="excellent"))
    sums = {code: match.amount for code, match in by_code(finding.in_force).items()}
    assert sums == {"wx2020-04-gb": Decimal("50000.00"), "wx2020-04-excel": Decimal("200000.00")}
    assert finding.total.amount == Decimal("200000.00")


def test_what_is_only_a_guess_is_named_and_not_counted(items):
    finding = find(items, happening(items, "gi", registered_on="2025-02-02"))
    assert finding.total.amount == 0
    assert any("要看具体是哪一项" in note for note in finding.total.notes)


# ---- any answers ----------------------------------------------------------------------------------
EVENTS = events_of(versions[-1] for versions in load_catalogue().items.values())
REGIONS = ["320211", "320281", "320506", "320706", "其他地区"]


TYPED = {
    "money": ["0", "0.01", "4999.99", "5000", "1000000000000", "abc", "-1", ""],
    "integer": ["0", "1", "7", "9", "10", "30", "31", "1000000", "1.5", ""],
    "date": ["2020-03-09", "2020-03-10", "2021-01-01", "2024-07-01", "2024-12-31", "2099-12-31", "1980-01-01", "x", ""],
    "boolean": ["true", "false", ""],
}


@st.composite
def typed_facts(draw, event):
    """Anything a person may type for an event's facts: right, wrong, at the edges, or nothing."""
    return {fact.name: draw(typed(fact)) for fact in event.asked_facts}


def typed(fact):
    if fact.type == "rows":
        row = st.fixed_dictionaries({column.name: typed(column) for column in fact.columns})
        return st.lists(row, max_size=3)
    if fact.type == "choice":
        return st.sampled_from([code for code, _ in fact.choices] + ["?", ""])
    return st.sampled_from(TYPED[fact.type]) if fact.type in TYPED else st.text(max_size=20)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_answered_every_item_is_listed_once_with_the_engines_own_sum(items, data):
    asker = Asker(data.draw(st.sampled_from(sorted(APPLICANT_KINDS))), data.draw(st.sampled_from(REGIONS)))
    events = data.draw(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=3, unique_by=lambda event: event.code))
    happenings = [happening(items, event.code, **data.draw(typed_facts(event))) for event in events]
    finding = find(items, *happenings, asker=asker)
    listed = [*finding.in_force, *finding.drafts, *finding.ended, *finding.refused]
    assert sorted(m.entry.item.code for m in listed) == sorted(i.id for event in events for i in event.items)
    catalogue = load_catalogue()
    for match in listed:
        again = assess(catalogue, dict(match.question))
        assert again.outcome is match.outcome
        assert match.amount == (Decimal(again.amount).scaleb(-2) if again.outcome is Outcome.PAYABLE else None)
        assert match.open_conditions is not None
        assert dict(match.prefill)["kind"] == asker.kind
    certain = sum((m.amount for m in finding.in_force if m.is_certain and m.amount), Decimal(0))
    assert 0 <= finding.total.amount <= certain


def test_a_fact_of_tomorrow_is_asked_like_any_other(items):
    day = (TODAY + timedelta(days=1)).isoformat()
    match = by_code(find(items, happening(items, "insurance", signed_on=day, premium="1000")).in_force)["wx2020-06-ins"]
    assert match.amount == Decimal("500.00")
