"""Filing windows as an iCalendar file (RFC 5545). Pure."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from policies.calls.enums import CallState
from policies.calls.models import Call

# RFC 5545, 3.1: a line has at most 75 octets without its end; what is longer goes on after a blank.
_LINE_OCTETS = 75
_END = "\r\n"
MEDIA_TYPE = "text/calendar; charset=utf-8"


def calendar_file(calls: Iterable[Call], *, host: str, urls: dict[int, str]) -> bytes:
    """The published calls as events from their opening to their close, each with a reminder three days before the end.

    `host` makes the events' ids unique in the world, `urls` has each call's address by its id. A withdrawn call is
    cancelled in the calendars that know it.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ip-fund-portal//calls//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:知识产权专项资金申报",
    ]
    for call in calls:
        lines += _event(call, host=host, url=urls[call.pk])
    lines.append("END:VCALENDAR")
    return "".join(f"{part}{_END}" for line in lines for part in _folded(line)).encode()


def _event(call: Call, *, host: str, url: str) -> list[str]:
    contact = f"{call.contact_name} {call.contact_phone}"
    description = f"文号：{call.number}\n受理事实期间：{call.facts_words}\n联系：{contact}"
    return [
        "BEGIN:VEVENT",
        f"UID:{call.key}@{host}",
        f"DTSTAMP:{_utc(call.published_at or call.created_at)}",
        f"SEQUENCE:{call.revision}",
        f"STATUS:{'CANCELLED' if call.state == CallState.WITHDRAWN else 'CONFIRMED'}",
        f"DTSTART:{_utc(call.opens_at)}",
        f"DTEND:{_utc(call.closes_at)}",
        f"SUMMARY:{_text(call.title)}",
        f"DESCRIPTION:{_text(description)}",
        f"URL:{url}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(f'三天后截止：{call.title}')}",
        "TRIGGER;RELATED=END:-P3D",
        "END:VALARM",
        "END:VEVENT",
    ]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """A value of type TEXT (3.3.11): backslash, semicolon, comma and line breaks are escaped."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        words = words.replace(plain, escaped)
    return words


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, no character torn; every part but the first begins with a blank."""
    part, octets = "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > _LINE_OCTETS:
            yield part
            part, octets = " ", 1
        part += character
        octets += size
    yield part
