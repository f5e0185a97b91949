"""The month's grid, and the file for one's own calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest

from policies.calls.calendar import bounds_of, month_of, read_month
from policies.calls.enums import CallState
from policies.calls.ics import calendar_file
from policies.calls.models import Call

TODAY = date(2026, 3, 10)


def call(opens, closes, **said):
    return Call(pk=1, opens_at=opens, closes_at=closes, **said)


def beijing(year, month, day, hour=0, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-00", "1999-01", "2101-01", "2026-3", "２０２６-03", "x", "2026/03"]
)
def test_month_that_cannot_be_read_is_this_one(text):
    assert read_month(text, today=TODAY) == date(2026, 3, 1)


def test_month_is_read():
    assert read_month("2027-12", today=TODAY) == date(2027, 12, 1)


def test_grid_begins_on_a_monday_and_holds_whole_weeks():
    month = month_of(date(2026, 3, 1), [], today=TODAY)
    assert month.weeks[0][0].day == date(2026, 2, 23)
    assert {len(week) for week in month.weeks} == {7}
    assert [day.day for week in month.weeks for day in week if day.is_today] == [TODAY]
    assert (month.before, month.after) == (date(2026, 2, 1), date(2026, 4, 1))
    assert bounds_of(date(2026, 3, 1)) == (beijing(2026, 2, 23), beijing(2026, 4, 6))


def test_days_of_a_window_are_marked_from_the_first_to_the_last():
    here = call(beijing(2026, 3, 2, 9), beijing(2026, 3, 5, 17))
    month = month_of(date(2026, 3, 1), [here], today=TODAY)
    days = {day.day.day: day for week in month.weeks for day in week if day.in_month}
    assert [number for number, day in days.items() if day.open_count] == [2, 3, 4, 5]
    assert days[2].opening == days[5].closing == [here]
    assert [day.day.day for day in month.events] == [2, 5]


def test_close_at_midnight_is_on_the_day_that_ends_then():
    here = call(beijing(2026, 3, 2), beijing(2026, 3, 6))
    month = month_of(date(2026, 3, 1), [here], today=TODAY)
    assert [day.day.day for day in month.events] == [2, 5]


def test_window_that_reaches_beyond_the_month_marks_its_days_only():
    here = call(beijing(2026, 1, 1), beijing(2026, 12, 31))
    month = month_of(date(2026, 3, 1), [here], today=TODAY)
    assert month.events == []
    assert all(day.open_count == 1 for week in month.weeks for day in week)


# ---- iCalendar ------------------------------------------------------------------------------------
def text_of(*calls):
    return calendar_file(calls, host="portal.example", urls={1: "https://portal.example/calls/x/"}).decode()


def unfolded(text):
    return text.replace("\r\n ", "").split("\r\n")


WHOLE = {
    "title": "通知；一, 二\\三",
    "number": "锡知发〔2026〕8号",
    "facts_from": date(2025, 1, 1),
    "facts_to": date(2026, 1, 1),
    "contact_name": "周受理",
    "contact_phone": "0510-1",
    "state": CallState.PUBLISHED,
    "published_at": beijing(2026, 2, 1, 8),
    "revision": 3,
}


def test_event_says_when_in_universal_time_and_what():
    here = call(beijing(2026, 3, 2, 9), beijing(2026, 3, 31, 17), **WHOLE)
    lines = unfolded(text_of(here))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    for line in (
        f"UID:{here.key}@portal.example",
        "DTSTAMP:20260201T000000Z",
        "DTSTART:20260302T010000Z",
        "DTEND:20260331T090000Z",
        "SEQUENCE:3",
        "STATUS:CONFIRMED",
        "SUMMARY:通知；一\\, 二\\\\三",
        "URL:https://portal.example/calls/x/",
        "TRIGGER;RELATED=END:-P3D",
    ):
        assert line in lines
    description = next(line for line in lines if line.startswith("DESCRIPTION:文号"))
    assert "\\n受理事实期间：2025年1月1日至2025年12月31日\\n联系：周受理 0510-1" in description


def test_no_line_is_longer_than_75_octets_and_no_character_is_torn():
    here = call(beijing(2026, 3, 2), beijing(2026, 3, 9), **WHOLE | {"title": "关于申报知识产权专项资金的通知" * 8})
    content = calendar_file([here], host="h", urls={1: "u"})
    parts = content.split(b"\r\n")
    assert max(map(len, parts)) <= 75
    for part in parts:
        part.decode()
    assert f"SUMMARY:{here.title}" in unfolded(content.decode())


def test_withdrawn_call_is_cancelled_in_calendars_that_know_it():
    here = call(beijing(2026, 3, 2), beijing(2026, 3, 9), **WHOLE | {"state": CallState.WITHDRAWN})
    assert "STATUS:CANCELLED" in unfolded(text_of(here))


def test_calendar_without_events_is_a_calendar():
    assert unfolded(text_of())[-2:] == ["END:VCALENDAR", ""]
