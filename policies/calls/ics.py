"""Filing windows as an iCalendar file (RFC 5545). Pure."""

from collections.abc import Iterable

from policies.calls.enums import CallState
from policies.calls.models import Call
from portal.core.icalendar import alarm, calendar_bytes, text, utc


def calendar_file(calls: Iterable[Call], *, host: str, urls: dict[int, str]) -> bytes:
    """The published calls as events from their opening to their close, each with a reminder three days before the end.

    `host` makes the events' ids unique in the world, `urls` has each call's address by its id. A withdrawn call is
    cancelled in the calendars that know it.
    """
    lines = [line for call in calls for line in _event(call, host=host, url=urls[call.pk])]
    return calendar_bytes("知识产权专项资金申报", lines)


def _event(call: Call, *, host: str, url: str) -> list[str]:
    contact = f"{call.contact_name} {call.contact_phone}"
    description = f"文号：{call.number}\n受理事实期间：{call.facts_words}\n联系：{contact}"
    return [
        "BEGIN:VEVENT",
        f"UID:{call.key}@{host}",
        f"DTSTAMP:{utc(call.published_at or call.created_at)}",
        f"SEQUENCE:{call.revision}",
        f"STATUS:{'CANCELLED' if call.state == CallState.WITHDRAWN else 'CONFIRMED'}",
        f"DTSTART:{utc(call.opens_at)}",
        f"DTEND:{utc(call.closes_at)}",
        f"SUMMARY:{text(call.title)}",
        f"DESCRIPTION:{text(description)}",
        f"URL:{url}",
        "TRANSP:TRANSPARENT",
        *alarm(f"三天后截止：{call.title}", "TRIGGER;RELATED=END:-P3D"),
        "END:VEVENT",
    ]
