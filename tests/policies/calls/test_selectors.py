"""Which call is open for an item, at a moment, to whom."""

from datetime import date, timedelta

import pytest

from policies.calls.enums import CallState, Phase
from policies.calls.models import Call, deadline_words, moment_words
from policies.calls.selectors import (
    PAGE_SIZE,
    calls_between,
    calls_of_item,
    current_calls,
    offer_of,
    open_calls,
    past_calls,
    upcoming_calls,
)
from policies.published.models import SupportItem
from tests.factories import CallFactory, SupportItemFactory, suzhou, wuxi
from tests.policies.calls.worlds import DAY, MORNING, published

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)


def test_window_begins_with_its_first_moment_and_ends_before_its_last(admin, items):
    call = published(admin, items)
    for moment, phase in (
        (call.opens_at - TICK, Phase.UPCOMING),
        (call.opens_at, Phase.OPEN),
        (call.closes_at - TICK, Phase.OPEN),
        (call.closes_at, Phase.CLOSED),
    ):
        assert call.phase_at(moment) == phase
        assert (set(open_calls(moment)) == {item.code for item in items}) == (phase == Phase.OPEN)
        assert bool(upcoming_calls(moment)) == (phase == Phase.UPCOMING)


def test_facts_of_the_first_day_count_and_those_of_the_day_after_the_last_do_not(admin, items):
    call = published(admin, items)
    assert [call.takes_facts_of(day) for day in (date(2024, 12, 31), date(2025, 1, 1))] == [False, True]
    assert [call.takes_facts_of(day) for day in (date(2025, 12, 31), date(2026, 1, 1))] == [True, False]


@pytest.mark.parametrize("state", [CallState.DRAFTED, CallState.WITHDRAWN])
def test_only_published_calls_are_open(items, state):
    CallFactory(items=items, state=state)
    assert open_calls(MORNING) == upcoming_calls(MORNING - 4000 * DAY) == {}


def test_call_is_open_to_its_city_and_its_districts_alone(admin, items):
    published(admin, items)
    assert all(len(open_calls(MORNING, region_code=code)) == 2 for code in ("", "320200", "320211", "320281"))
    assert open_calls(MORNING, region_code=suzhou().pk) == {}
    assert upcoming_calls(MORNING - DAY, region_code="320506") == {}


def test_item_of_a_district_document_is_open_to_that_district_alone(items):
    district = items[0].document
    district.region_id = "320211"
    district.save()
    CallFactory(items=items[:1])
    assert set(open_calls(MORNING + 200 * DAY, region_code="320211")) == {items[0].code}
    assert open_calls(MORNING + 200 * DAY, region_code="320205") == {}


def test_item_that_can_no_longer_be_claimed_is_open_in_no_call(admin, items):
    published(admin, items)
    SupportItem.objects.update(claimable=False)
    assert open_calls(MORNING) == {}
    assert offer_of(SupportItem.objects.first(), at=MORNING).calls == []


def test_of_two_open_calls_that_for_the_latest_facts_stands_first(admin, items):
    old = published(admin, items, number="1", facts_from=date(2024, 1, 1), facts_to=date(2025, 1, 1))
    new = published(admin, items, number="2")
    assert open_calls(MORNING)[items[0].code] == new
    assert calls_of_item(items[0], at=MORNING) == [new, old]


def test_next_call_is_the_one_that_opens_first(admin, items):
    first = published(admin, items, number="1")
    published(admin, items, number="2", opens_at=MORNING + 90 * DAY, closes_at=MORNING + 99 * DAY)
    assert upcoming_calls(MORNING - DAY)[items[0].code] == first
    offer = offer_of(items[0], at=MORNING - DAY)
    assert (offer.calls, offer.coming) == ([], first)


def test_questions_about_many_calls_take_one_query(admin, items, django_assert_num_queries):
    for number in range(3):
        published(
            admin, items, number=str(number), facts_from=date(2020 + number, 1, 1), facts_to=date(2021 + number, 1, 1)
        )
        with django_assert_num_queries(1):
            open_calls(MORNING, region_code="320211")
        with django_assert_num_queries(1):
            upcoming_calls(MORNING - DAY, region_code="320211")


def test_calls_that_are_over_come_page_by_page_and_none_twice():
    for number in range(PAGE_SIZE + 5):
        moment = MORNING - (number // 2) * DAY
        CallFactory(number=str(number), opens_at=moment - DAY, closes_at=moment)
    withdrawn = CallFactory(state=CallState.WITHDRAWN)
    first = past_calls(MORNING)
    second = past_calls(MORNING, after=first.next_cursor)
    assert len(first.rows) == PAGE_SIZE
    assert second.next_cursor == ""
    found = first.rows + second.rows
    assert sorted(call.pk for call in found) == sorted(Call.objects.values_list("pk", flat=True))
    assert found[0] == withdrawn
    assert [c.closes_at for c in found] == sorted((c.closes_at for c in found), reverse=True)


@pytest.mark.parametrize("cursor", ["x", "1-", "-1", "9" * 30, "１-２", "1-2-3", f"{'9' * 17}-1"])
def test_cursor_that_cannot_be_read_is_the_first_page(cursor):
    call = CallFactory(opens_at=MORNING - DAY, closes_at=MORNING)
    assert past_calls(MORNING, after=cursor).rows == [call]


def test_lists_are_narrowed_to_a_city_and_a_span():
    here, there = CallFactory(), CallFactory(region=suzhou())
    assert set(current_calls(MORNING)) == {here, there}
    assert current_calls(MORNING, region_code=wuxi().pk) == [here]
    assert calls_between(here.closes_at, here.closes_at + DAY, region_code=wuxi().pk) == []
    assert calls_between(here.opens_at - DAY, here.opens_at, region_code=wuxi().pk) == []
    assert calls_between(here.opens_at, here.opens_at + DAY, region_code=wuxi().pk) == [here]


def test_close_at_midnight_is_written_as_the_end_of_the_day_before():
    midnight = MORNING.replace(hour=16)
    assert deadline_words(midnight) == "2026年3月2日 24:00"
    assert moment_words(midnight) == "2026年3月3日 00:00"
    assert deadline_words(MORNING) == "2026年3月2日 09:00"


def test_days_are_written_with_the_last_one():
    call = CallFactory(facts_from=date(2025, 1, 1), facts_to=date(2026, 1, 1))
    assert call.facts_words == "2025年1月1日至2025年12月31日"


def test_item_of_an_unknown_area_is_open_to_nobody_in_particular(items):
    lone = SupportItemFactory(code="lone", document=items[0].document)
    CallFactory(items=[lone])
    assert set(open_calls(MORNING + 200 * DAY)) == {"lone"}
