"""A notice as a letter: paragraphs composed into lines, and the distance of lines that sets it on one page.

GB/T 9704-2012 has 22 lines of 28 characters to a page, and lets the distance of lines be adjusted so that the seal
stands on a page with text (5.2.3, 7.3.5.5).
"""

from dataclasses import dataclass, field
from datetime import date

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from review.notices.faces import fonts_of
from review.notices.filling import mark_of
from review.notices.fonts import current_fonts
from review.notices.titles import lines_by_sense
from review.notices.typesetting import MEASURE, ComposedLine, compose, line_to_html

# The height of the text area in millimetres, and how many lines it takes: by the standard, and at the closest.
AREA = 225
ROWS, MOST_ROWS = 22, 31
# What stands beside the paragraphs: rows of the number with the space below it, and below the middle of signature and
# date; and the millimetres above that, to which the seal reaches (see `seals.place`).
NUMBER_ROWS, END_ROWS, SEAL_REACH = 1.5, 1.5, 25
# The height in millimetres of a line of the title.
TITLE_HEIGHT = 9.2
# What the code at the left leaves of the line of the signature.
SIGNATURE_MEASURE = 21
# Up to so many lines are told in words; more stand in a table of their own.
TOLD_LINES = 3
# A last paragraph of so many lines may have the signature's page to itself.
_ENOUGH = 3


def long_date(day: date) -> str:
    """A day as documents write it: `2026年11月1日`."""
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(slots=True)
class Letter:
    """The letter while its template is drawn: it composes paragraphs of `measure` characters and counts the lines.

    With `apart` its HTML is the shape alone: a mark for each line, and the lines themselves in `set_apart`.
    """

    measure: float = MEASURE
    apart: bool = False
    lines: int = 0
    title_lines: int = 0
    set_apart: list[ComposedLine] = field(default_factory=list)
    centred: set[int] = field(default_factory=set)

    def paragraph(self, text: str, *, style: str = "", indent: float = 2.0) -> SafeString:
        """One paragraph of plain text as HTML; one of style `annexed` stands outside the letter.

        Of style `last` is one that is too short to stand with the signature alone.
        """
        composed = compose(text, fonts_of(current_fonts()).width, measure=self.measure, indent=indent)
        if style == "last" and len(composed) >= _ENOUGH:
            style = ""
        self.lines += len(composed) if style != "annexed" else 0
        return _paragraph("<br>".join(map(self._set, composed)), style)

    def line(self, text: str, *, centred: bool = False) -> SafeString:
        """One line as it is."""
        if centred:
            self.centred.add(len(self.set_apart))
        return mark_safe(self._set(ComposedLine(text, (0.0,) * len(text))))  # noqa: S308 - a mark, or escaped

    def _set(self, line: ComposedLine) -> str:
        if not self.apart:
            return line_to_html(line)
        self.set_apart.append(line)
        return mark_of(len(self.set_apart) - 1)

    def title(self, office: str, title: str) -> SafeString:
        """The office and the title above the letter."""
        rows = [*lines_by_sense(office), title]
        self.title_lines = len(rows)
        return format_html_join(mark_safe("<br>"), "{}", ((row,) for row in rows))

    @property
    def rows(self) -> int | None:
        """How many lines to a page bring the letter on one; None where not even the closest do."""
        below_title = AREA - self.title_lines * TITLE_HEIGHT - SEAL_REACH
        wanted = self.lines + NUMBER_ROWS + END_ROWS
        return next((rows for rows in range(ROWS, MOST_ROWS + 1) if wanted * AREA / rows <= below_title), None)


def signature(issuer: str) -> SafeString:
    """The office under the letter; a name that would reach the code at the left stands in two lines."""
    return format_html_join(mark_safe("<br>"), "{}", ((row,) for row in _signed(issuer)))


def _signed(issuer: str) -> tuple[str, ...]:
    return lines_by_sense(issuer, SIGNATURE_MEASURE, SIGNATURE_MEASURE)


def _paragraph(html: str, style: str) -> SafeString:
    opening = f'<p class="{style}">' if style else "<p>"
    return mark_safe(f"{opening}{html}</p>")  # noqa: S308 - the lines are escaped, the class is the template's own


def signature_inset(issuer: str) -> int:
    """How many half characters the signature ends before the right edge, 4 to 8.

    The date ends four characters from the edge and the signature stands centred over it; an office longer than the
    date ends two characters from the edge (GB/T 9704-2012 7.3.5.1).
    """
    longest = max(map(len, _signed(issuer)))
    return min(8, max(4, 8 - (longest - 7)))
