"""Notes beside a claim."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.access import access
from portal.core.errors import show_refusal
from portal.core.fields import TextField
from portal.core.http import act_of
from review.decisions.selectors.claim_review import ClaimReview
from review.decisions.views.claim import claim_or_404
from review.decisions.views.queue import readers
from review.notes.models import ClaimNote, Reach
from review.notes.services import add_note


class NoteForm(forms.Form):
    """What an official writes down, and for whom."""

    text = TextField(
        label="备注", max_length=1000, rows=2, help_text="申报单位看不到。写“@姓名”提醒能阅读本备注的同事。"
    )
    reach = forms.ChoiceField(label="可见范围", choices=Reach.choices)


def notes_panel(claim_review: ClaimReview) -> dict[str, Any]:
    """The notes that this person reads, the newest first, and the form for another."""
    notes = ClaimNote.objects.filter(claim=claim_review.claim).visible_to(claim_review.user).select_related("region")
    return {"notes": notes, "form": NoteForm(auto_id="id_note_%s")}


@access(readers)
@require_POST
def add(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Append a note to a claim."""
    claim = claim_or_404(request, key)
    form = NoteForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with show_refusal(request, success="备注已保存。"):
            add_note(claim, text=given["text"], reach=Reach(given["reach"]), act=act_of(request))
    else:
        messages.warning(request, "备注没有保存：请填写内容（不超过 1000 字）并选择可见范围。")
    return redirect(f"{reverse('review:claim', args=[key])}#panel-notes")
