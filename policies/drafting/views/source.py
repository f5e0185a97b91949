"""The page of a draft's source: the document's own text, put there and marked sentence by sentence."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from policies.drafting.forms import MarkForm, SourceForm
from policies.drafting.selectors.sources import names_in, open_count, source_units
from policies.drafting.services.sources import cite_passages, set_aside, set_source
from policies.drafting.views.common import found_draft, frame, readers, writers
from policies.published.provisions import passages_of
from policies.published.sources import UNITS_SHOWN
from portal.access import access
from portal.core.errors import show_refusal
from portal.core.http import act_of, takes_files
from portal.core.numbers import whole_number


@takes_files
@access(readers)
def source(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show the source with its marks, or take another text in its place; one that cannot be taken stays in its box."""
    draft = found_draft(request, key)
    form = SourceForm(initial={"text": draft.source})
    if request.method == "POST":
        form = SourceForm(request.POST, request.FILES)
        if form.is_valid():
            with show_refusal(form):
                set_source(draft, form.cleaned_data["text"], act=act_of(request))
                messages.success(request, "已保存原文。")
                return redirect("drafting:source", draft.key)
    units = source_units(draft)
    at = min(whole_number(request.GET.get("part", "")) or 0, max(len(units) - 1, 0) // UNITS_SHOWN)
    names = names_in(draft)
    context = frame(request, draft, tab="source") | {
        "form": form,
        "marks": MarkForm(passages=0, names=names),
        "units": units[at * UNITS_SHOWN : (at + 1) * UNITS_SHOWN],
        "page": at,
        "pages": [(number, units[number * UNITS_SHOWN].unit.place) for number in range(-(-len(units) // UNITS_SHOWN))],
        "open_count": open_count(draft),
        "has_source": bool(units),
    }
    return render(request, "drafting/source.html", context)


@access(writers)
@require_POST
def mark(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Do with the ticked sentences what the button says: an item rests on them, they are set aside, or open again."""
    draft = found_draft(request, key)
    passages = list(passages_of(draft.source))
    form = MarkForm(request.POST, passages=len(passages), names=names_in(draft))
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    else:
        cleaned = form.cleaned_data
        keys = [passages[number].key for number in cleaned["passage"]]
        with show_refusal(request, success="已标注。"):
            if request.POST.get("action") == "cite":
                cite_passages(draft, cleaned["item"], shown=keys, chosen=keys, act=act_of(request))
            else:
                reason = (cleaned["other"] or cleaned["reason"]) if request.POST.get("action") == "aside" else ""
                set_aside(draft, keys, reason, act=act_of(request))
    page = whole_number(request.POST.get("part", "")) or 0
    return redirect(f"{reverse('drafting:source', args=[draft.key])}?part={page}#marks")
