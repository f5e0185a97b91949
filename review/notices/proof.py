"""送达回证: the sheet on which whoever receives a notice signs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from portal.core.printable import with_stand_ins
from review.notices.compose import office_of
from review.notices.letter import long_date
from review.notices.render import print_html

if TYPE_CHECKING:
    from review.notices.models import Notice

STYLE = Path(__file__).with_name("proof.css")


def proof_of_service(notice: Notice) -> bytes:
    """The sheet that goes with a notice, as a PDF of one page; the same bytes each time.

    Raises RenderError and FontsMissingError as `print_html`.
    """
    context = {
        "notice": notice,
        "issuer": office_of(notice.region),
        "party": with_stand_ins(notice.snapshot["party"]["name"]),
        "item": with_stand_ins(notice.claim.item.title),
        "dated": long_date(notice.issued_on),
    }
    return print_html(render_to_string("notices/print/proof.html", context), style=STYLE.read_text())
