"""What a draft may borrow: entries of the library, and items of published documents of any city."""

from datetime import date

from policies.drafting import yaml_codec
from policies.drafting.borrowing import Borrowed, from_document
from policies.drafting.library import SampleCase
from policies.drafting.models import WorkedCase
from policies.published.models import DocumentText, SupportItem
from portal.core.searching import contains

SHOWN = 30


def items_to_borrow(words: str, *, document: str = "") -> list[SupportItem]:
    """Published items whose title or summary has every word, at most SHOWN and one more. One query."""
    found = SupportItem.objects.select_related("document").defer("search_text", "search_key")
    if document:
        found = found.filter(document__code=document)
    for word in words.split():
        found = found.filter(contains(word, "title", "summary"))
    return list(found[: SHOWN + 1])


def borrowed_item(lent: str, *, code: str, first_day: date | None) -> Borrowed | None:
    """A published item under a draft's own id, with its worked cases; None where no document's newest text has it.

    Published rules are everybody's to read, and their cases with them, whatever city they are of.
    """
    text = DocumentText.objects.filter(document__items__code=lent).order_by("-number").first()
    if text is None:
        return None
    cases = WorkedCase.objects.current().filter(item_code=lent)
    lending = [SampleCase(case.sentence, case.question, case.expected) for case in cases]
    sections = yaml_codec.read_sections(text.text, name="")
    return from_document(sections, lent, code=code, cases=lending, first_day=first_day)
