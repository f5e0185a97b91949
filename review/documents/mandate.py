"""A mandate (委托书) as a paper that both sides sign and seal."""

from __future__ import annotations

import math

from django.template.loader import render_to_string
from django.utils import timezone

from applications.mandates.models import Mandate
from portal.core.printable import with_stand_ins
from review.documents.official import page_style
from review.notices.letter import MOST_ROWS, ROWS, Letter, long_date
from review.notices.render import print_html

# Rows besides the paragraphs: the number, the title with its space, and the signatures below a blank row.
_BESIDE = 1 + 2.5 + 4.5


def print_mandate(mandate: Mandate) -> bytes:
    """The paper as a PDF, on one page where it fits; a resident ID is printed by its ends alone.

    Raises as `print_html`.
    """
    letter = Letter()
    items = "全部事项" if mandate.all_items else "、".join(f"“{entry.item.title}”" for entry in mandate.scope.all())
    drawn = {
        "mandate": mandate,
        "letter": letter,
        "items": items,
        "rights": "；".join(right.label for right in mandate.rights),
        "starts_on": long_date(mandate.starts_on),
        "ends_on": long_date(mandate.ends_on),
        "asked_on": long_date(timezone.localdate(mandate.asked_at)),
    }
    html = with_stand_ins(render_to_string("documents/print/mandate.html", drawn))
    rows = min(max(math.ceil(letter.lines + _BESIDE), ROWS), MOST_ROWS)
    return print_html(html, style=page_style("claim_form.css", rows=rows))
