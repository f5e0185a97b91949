"""From a frozen snapshot to a PDF: the same bytes from every worker, and no character ever missing.

What is dear is done once per process (fonts, style sheet); what could differ from run to run is fixed (metadata
from the snapshot, one set of fonts, one QR version and mask). What no font draws is printed as a stand-in, which the
office is told of; anything that WeasyPrint warns of fails the notice.

WeasyPrint is imported by what prints first: most processes and commands print nothing, and start a second sooner.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

from portal.core.printable import with_stand_ins
from review.notices.archival import ARCHIVAL, compress_once, write_archival
from review.notices.faces import fonts_of
from review.notices.filling import TITLE, Filling, Shape
from review.notices.fonts import current_fonts, rare_families
from review.notices.letter import AREA, MOST_ROWS, ROWS, TOLD_LINES, Letter, signature, signature_inset
from review.notices.qrcode import NO_CODE, code_of, qr_data_uri
from review.notices.seals.place import Place
from review.notices.snapshot import Snapshot, read_snapshot

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.document import Document
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

STYLE = Path(__file__).with_name("print.css")
# One notice at a time in a process: Pango's font map, which all share, is not made for threads.
_lock = threading.Lock()


class RenderError(RuntimeError):
    """The notice could not be printed as it must be; the message says what was wrong."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A notice as a PDF, and where its seal goes."""

    content: bytes
    place: Place


def render_notice(snapshot: Mapping[str, Any]) -> bytes:
    """The PDF of a notice without its seal; see `print_letter`."""
    return print_letter(snapshot).content


def print_letter(snapshot: Mapping[str, Any]) -> Printed:
    """The PDF of a notice before it is sealed, byte for byte the same for the same snapshot and fonts.

    Raises SnapshotError for a snapshot that does not hold together, FontsMissingError where no fonts have been
    built, RenderError for anything that WeasyPrint warns of. A character that no font draws is printed as a stand-in.
    """
    notice = read_snapshot(_printable(snapshot))
    fonts = current_fonts()
    if len(notice.listed) <= TOLD_LINES:
        letter, html = draw_letter(notice, annex=False, apart=True)
        texts = (notice.issuer, *(line.text for line in letter.set_apart))
        if letter.rows is not None and all(map(fonts_of(fonts).draws, texts)):
            filling = Filling(letter.set_apart, _file_title(notice), code_of(notice.verification.url))
            with _lock:
                shape, place = _shape(fonts, html, letter.rows, frozenset(letter.centred))
                return Printed(shape.filled(filling, fonts_of(fonts)), place)
    html, rows = _drawn(notice)
    with _lock, _no_warnings():
        document = _laid_out(html, rows)
        return Printed(write_archival(document), _place_of_seal(document))


# A run's notices of one item and day have some ten shapes; each takes 100 KB.
@lru_cache(maxsize=64)
def _shape(_: Path, html: str, rows: int, centred: frozenset[int]) -> tuple[Shape, Place]:
    """The letter that this HTML makes in the current fonts, and where its seal goes."""
    with _no_warnings():
        document = _laid_out(html, rows)
        return Shape(document, centred=centred), _place_of_seal(document)


def _drawn(notice: Snapshot) -> tuple[str, int]:
    """A notice as HTML, and the number of rows to a page that it is set in."""
    letter, html = draw_letter(notice, annex=len(notice.listed) > TOLD_LINES)
    if letter.rows is None and notice.listed:
        letter, html = draw_letter(notice, annex=True)
    return html, letter.rows or ROWS


def _laid_out(html: str, rows: int) -> Document:
    from weasyprint import HTML  # noqa: PLC0415 - see above

    fonts, styles = _equipment(current_fonts())
    page = HTML(string=html, url_fetcher=_only_inline())
    return page.render(stylesheets=[styles[rows]], font_config=fonts, **ARCHIVAL)


def print_bundle(cover: str, snapshots: Iterable[Mapping[str, Any]], *, style: str) -> bytes:
    """A cover (HTML, in this style) and unsealed notices as one PDF for printing on both sides: each begins a sheet.

    The fonts stand in it once. Raises as `print_letter`.
    """
    from weasyprint import CSS, HTML  # noqa: PLC0415 - see above

    with _lock, _no_warnings():
        folder = current_fonts()
        fonts, _ = _equipment(folder)
        sheet = CSS(string=_with_rare(style, folder), font_config=fonts)
        first = HTML(string=cover, url_fetcher=_only_inline()).render(stylesheets=[sheet], font_config=fonts)
        blank = HTML(string="<html><body>").render(stylesheets=[sheet], font_config=fonts)
        pages = []
        for document in (first, *(_laid_out(*_drawn(read_snapshot(_printable(snapshot)))) for snapshot in snapshots)):
            pages += document.pages
            pages += blank.pages * (len(document.pages) % 2)
        content: bytes = first.copy(pages).write_pdf(finisher=lambda _, pdf: compress_once(pdf))
        return content


def _place_of_seal(document: Document) -> Place:
    """Signature and date of a letter, which its template names, in points from the page's lower left corner."""
    number, page = next((number, page) for number, page in enumerate(document.pages) if "date" in page.anchors)
    boxes = [page.anchors["signature"], page.anchors["date"]]
    top, bottom = (min(box[1] for box in boxes), max(box[3] for box in boxes))
    left, _, right, _ = page.anchors["date"]
    scale = 72 / 96
    return Place(number, (left * scale, (page.height - bottom) * scale, right * scale, (page.height - top) * scale))


def _printable(part: Any) -> Any:
    """The same snapshot, or part of it, with stand-ins in its texts."""
    if isinstance(part, str):
        return with_stand_ins(part)
    if isinstance(part, Mapping):
        return {name: _printable(value) for name, value in part.items()}
    return [_printable(value) for value in part] if isinstance(part, list) else part


def print_html(html: str, *, style: str) -> bytes:
    """The PDF of a page of the office's own, in the notices' fonts and under their demands.

    Raises FontsMissingError where no fonts have been built, RenderError for anything that WeasyPrint warns of.
    """
    from weasyprint import CSS, HTML  # noqa: PLC0415 - see above

    with _lock, _no_warnings():
        folder = current_fonts()
        fonts, _ = _equipment(folder)
        sheet = CSS(string=_with_rare(style, folder), font_config=fonts)
        page = HTML(string=html, url_fetcher=_only_inline())
        return write_archival(page.render(stylesheets=[sheet], font_config=fonts, **ARCHIVAL))


def draw_letter(notice: Snapshot, *, annex: bool, apart: bool = False) -> tuple[Letter, str]:
    """The letter as HTML, what it is about told in words or in an annex; with `apart`, its shape (see `filling`)."""
    letter = Letter(apart=apart)
    about = notice.listed_as + (f"（{len(notice.listed)}项）" if len(notice.listed) > 1 else "")
    context = {
        "notice": notice,
        "letter": letter,
        "title": letter.title(notice.issuer, notice.title),
        "annex": about if annex else "",
        "annexed_by": f"notices/print/{notice.annexed_by}.html",
        "signature": signature(notice.issuer),
        "inset": signature_inset(notice.issuer),
        "file_title": TITLE if apart else _file_title(notice),
        "qr_code": NO_CODE if apart else qr_data_uri(notice.verification.url),
    }
    return letter, render_to_string("notices/print/letter.html", context)


def _file_title(notice: Snapshot) -> str:
    return f"{notice.title} {notice.number}"


@lru_cache(maxsize=1)
def _equipment(fonts: Path) -> tuple[FontConfiguration, dict[int, CSS]]:
    """Font configuration, and the style sheet for each number of rows to a page, once per process and set of fonts.

    Fontconfig reads its file when the configuration is made and never again, so the variable is set only then.
    """
    from weasyprint import CSS  # noqa: PLC0415 - see above
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - see above

    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(fonts / "fonts.conf")
    try:
        configuration = FontConfiguration()
        sheet = _with_rare(STYLE.read_text(), fonts)
        styles = {
            rows: CSS(string=f":root {{ --row: {AREA / rows:.4f}mm }}\n{sheet}", font_config=configuration)
            for rows in range(ROWS, MOST_ROWS + 1)
        }
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before
    # What is loaded by now stays. Without this every notice has the collector walk all of it again.
    gc.collect()
    gc.freeze()
    return configuration, styles


def _with_rare(style: str, fonts: Path) -> str:
    """The style sheet with every font of rare characters that was built."""
    return style.replace('"Notice Rare"', ", ".join(f'"{family}"' for family in rare_families(fonts)))


@lru_cache(maxsize=1)
def _only_inline() -> URLFetcher:
    """Lets a notice load what stands in it and nothing from disk or network."""
    from weasyprint.urls import URLFetcher  # noqa: PLC0415 - see above

    return URLFetcher(allowed_protocols={"data"})


class _Collector(logging.Handler):
    """Keeps what this thread is warned of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.warnings: list[str] = []
        self.thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.warnings.append(record.getMessage())


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Raise RenderError if WeasyPrint warned of anything in the block."""
    logger = logging.getLogger("weasyprint")
    collector = _Collector()
    logger.addHandler(collector)
    # A level of its own: a site that logs errors only must not print what it would be warned of.
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.removeHandler(collector)
        logger.setLevel(before)
    if collector.warnings:
        raise RenderError("通知书未能按要求制作：" + "；".join(dict.fromkeys(collector.warnings)))
