"""From a frozen snapshot to a PDF: the same bytes from every worker, and no character ever missing.

What is dear is done once per process (fonts, style sheet); what could differ from run to run is fixed (metadata
from the snapshot, one set of fonts, one QR version and mask). What no font draws is printed as a stand-in, which the
office is told of; anything that WeasyPrint warns of fails the notice.
"""

import gc
import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from portal.core.printable import with_stand_ins
from review.notices.fonts import current_fonts, rare_families
from review.notices.letter import AREA, MOST_ROWS, ROWS, TOLD_LINES, Letter, signature, signature_inset
from review.notices.qrcode import qr_data_uri
from review.notices.snapshot import Snapshot, read_snapshot

STYLE = Path(__file__).with_name("print.css")
# One notice at a time in a process: Pango's font map, which all share, is not made for threads.
_lock = threading.Lock()


class RenderError(RuntimeError):
    """The notice could not be printed as it must be; the message says what was wrong."""


def render_notice(snapshot: Mapping[str, Any]) -> bytes:
    """The PDF of a notice, byte for byte the same for the same snapshot and fonts.

    Raises SnapshotError for a snapshot that does not hold together, FontsMissingError where no fonts have been
    built, RenderError for anything that WeasyPrint warns of. A character that no font draws is printed as a stand-in.
    """
    notice = read_snapshot(_printable(snapshot))
    letter, html = draw_letter(notice, annex=len(notice.listed) > TOLD_LINES)
    if letter.rows is None and notice.listed:
        letter, html = draw_letter(notice, annex=True)
    with _lock, _no_warnings():
        fonts, styles = _equipment(current_fonts())
        style = styles[letter.rows or ROWS]
        return HTML(string=html, url_fetcher=_only_inline()).write_pdf(
            stylesheets=[style], font_config=fonts, pdf_tags=True
        )


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
    with _lock, _no_warnings():
        folder = current_fonts()
        fonts, _ = _equipment(folder)
        sheet = CSS(string=_with_rare(style, folder), font_config=fonts)
        return HTML(string=html, url_fetcher=_only_inline()).write_pdf(
            stylesheets=[sheet], font_config=fonts, pdf_tags=True
        )


def draw_letter(notice: Snapshot, *, annex: bool) -> tuple[Letter, str]:
    """The letter as HTML, what it is about told in words or in an annex."""
    letter = Letter()
    about = f"{notice.listed_as}（{len(notice.listed)}项）"
    context = {
        "notice": notice,
        "letter": letter,
        "title": letter.title(notice.issuer, notice.title),
        "annex": about if annex else "",
        "signature": signature(notice.issuer),
        "inset": signature_inset(notice.issuer),
        "qr_code": qr_data_uri(notice.verification.url),
    }
    return letter, render_to_string(f"notices/print/{notice.kind}.html", context)


@lru_cache(maxsize=1)
def _equipment(fonts: Path) -> tuple[FontConfiguration, dict[int, CSS]]:
    """Font configuration, and the style sheet for each number of rows to a page, once per process and set of fonts.

    Fontconfig reads its file when the configuration is made and never again, so the variable is set only then.
    """
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
