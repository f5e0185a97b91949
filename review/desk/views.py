"""Filters that an officer gave a name."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.access import access
from portal.core.errors import show_refusal
from portal.core.fields import LineField
from portal.core.http import user_of
from review.decisions.selectors.queue import queues_of
from review.decisions.views.queue import chosen_queue, list_query, reviewers
from review.desk.models import SavedFilter
from review.desk.services import save_filter


class SaveForm(forms.Form):
    """A name for the filter that is set."""

    name = LineField(label="名称", max_length=20)
    is_default = forms.BooleanField(label="默认打开", required=False)


@access(reviewers)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the queue and filters of the address under a name."""
    form = SaveForm(request.POST)
    work = chosen_queue(request, queues_of(user_of(request)))
    query = list_query(request)
    address = f"{reverse('review:queue')}?{query}"
    if work is None or not query:
        return redirect("review:queue")
    if not form.is_valid():
        messages.warning(request, "请填写筛选的名称，不超过 20 个字。")
        return redirect(address)
    with show_refusal(request, success=f"已保存筛选“{form.cleaned_data['name']}”。"):
        save_filter(user_of(request), query=query, **form.cleaned_data)
    return redirect(address)


@access(reviewers)
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a filter."""
    found = get_object_or_404(SavedFilter, pk=pk, user=user_of(request))
    found.delete()
    messages.success(request, f"已删除筛选“{found.name}”。")
    desk = QueryDict(found.query).get("desk", "")
    return redirect(f"{reverse('review:queue')}?{urlencode({'desk': desk})}")
