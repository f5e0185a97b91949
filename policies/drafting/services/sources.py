"""The document's own text in a draft: put there, and marked sentence by sentence."""

from collections.abc import Collection, Iterable

from django.db import transaction

from policies.drafting.models import PolicyDraft
from policies.drafting.services.drafts import lock_editable, touch_draft
from policies.published.sources import Marks, in_text, with_citations, with_reason
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError

MAX_SOURCE = 200_000


def set_source(draft: PolicyDraft, text: str, *, act: ActorContext) -> PolicyDraft:
    """Put a text in place of the draft's source; what was said of sentences that it still has stays.

    Raises RefusedError for a text that is longer than any document.
    """
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    if len(text) > MAX_SOURCE:
        raise RefusedError(f"原文超过 {MAX_SOURCE:,} 字，请只放这份文件自己的文字，附件另存。", "text")
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        if text == draft.source:
            return draft
        draft.source, draft.marks = text, in_text(draft.marks, text)
        return touch_draft(draft, act=act)


def cite_passages(
    draft: PolicyDraft, name: str, *, shown: Iterable[str], chosen: Collection[str], act: ActorContext
) -> PolicyDraft:
    """Of the sentences that a page showed (by their keys), the chosen ones are what a section rests on."""
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        return _marked(draft, with_citations(draft.marks, name, shown=shown, chosen=chosen), act=act)


def set_aside(draft: PolicyDraft, keys: Iterable[str], reason: str, *, act: ActorContext) -> PolicyDraft:
    """Say that sentences concern no support, and why; without a reason, take back whatever was said of them."""
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        return _marked(draft, with_reason(draft.marks, keys, reason.strip()), act=act)


def _marked(draft: PolicyDraft, marks: Marks, *, act: ActorContext) -> PolicyDraft:
    if marks == draft.marks:
        return draft
    draft.marks = in_text(marks, draft.source)
    return touch_draft(draft, act=act)
