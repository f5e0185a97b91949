"""iCalendar files (RFC 5545) written line by line. Pure."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

# RFC 5545, 3.1: a line has at most 75 octets without its end; what is longer goes on after a blank.
_LINE_OCTETS = 75
_END = "\r\n"
MEDIA_TYPE = "text/calendar; charset=utf-8"


def calendar_bytes(name: str, lines: Iterable[str]) -> bytes:
    """A calendar of this name around the lines of its events."""
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ip-fund-portal//calls//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{text(name)}",
    ]
    every = [*head, *lines, "END:VCALENDAR"]
    return "".join(f"{part}{_END}" for line in every for part in _folded(line)).encode()


def day_event(uid: str, day: date, summary: str, *, stamp: datetime, alarm_days: int) -> list[str]:
    """The lines of an event of a whole day, with a reminder so many days before."""
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{utc(stamp)}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{text(summary)}",
        "TRANSP:TRANSPARENT",
        *alarm(summary, f"TRIGGER:-P{alarm_days}D"),
        "END:VEVENT",
    ]


def alarm(words: str, trigger: str) -> list[str]:
    """The lines of a reminder inside an event."""
    return ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{text(words)}", trigger, "END:VALARM"]


def utc(moment: datetime) -> str:
    """A moment as calendars write it."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def text(words: str) -> str:
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
