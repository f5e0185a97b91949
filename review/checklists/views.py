"""The points of a claim's checklist, and the page on which administrators set them up."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from policies.published.models import SupportItem
from portal.access import access, officials
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.core.errors import show_refusal
from portal.core.fields import LineField
from portal.core.http import act_of, typed, user_of
from portal.core.numbers import whole_number
from review.checklists.models import ChecklistAnswer, ChecklistPoint
from review.checklists.services import Found, add_point, record_findings, retire_point
from review.decisions.enums import Stage
from review.decisions.selectors.claim_review import ClaimReview
from review.decisions.views.claim import claim_or_404
from review.decisions.views.queue import reviewers

administrators = officials(Role.POLICY_ADMIN, Role.SYSTEM_ADMIN)


class PointForm(forms.Form):
    """A new point."""

    region = forms.ModelChoiceField(Region.objects.none(), label="地区", empty_label=None)
    stage = forms.ChoiceField(label="环节", choices=Stage.choices)
    item = forms.ModelChoiceField(SupportItem.objects.none(), label="事项", required=False, empty_label="全部事项")
    text = LineField(
        label="要点", max_length=200, help_text="写成可以回答“符合”的一句话，例如：票据抬头与申报单位一致。"
    )
    is_required = forms.BooleanField(label="必须符合才能支持", required=False)

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        mine = user.regions_for(Role.POLICY_ADMIN, Role.SYSTEM_ADMIN)
        self.fields["region"].queryset = Region.objects.filter(pk__in=mine)  # type: ignore[attr-defined]
        items = SupportItem.objects.filter(claimable=True).order_by("document", "position")
        self.fields["item"].queryset = items  # type: ignore[attr-defined]
        self.fields["item"].label_from_instance = lambda item: item.title  # type: ignore[attr-defined]


def checklist_panel(claim_review: ClaimReview) -> dict[str, Any] | None:
    """The points of the claim's stage with what stands in this round, and what was found at others; None for none."""
    claim = claim_review.claim
    answers = list(ChecklistAnswer.objects.filter(claim=claim).select_related("point").order_by("pk"))
    latest = {answer.point_id: answer for answer in answers if answer.round == claim.round}
    points = list(ChecklistPoint.objects.of_claim(claim, claim_review.stage)) if claim_review.stage else []
    shown = {point.pk for point in points}
    return {
        "rows": [(point, latest.get(point.pk)) for point in points],
        "earlier": [answer for answer in answers if answer.point_id not in shown or answer.round != claim.round],
        "may_answer": bool(claim_review.conclusions),
    }


@access(reviewers)
@require_POST
def answer(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Keep what was ticked and remarked."""
    claim = claim_or_404(request, key)
    pks = [pk for text in request.POST.getlist("point") if (pk := whole_number(text)) is not None]
    with show_refusal(request, success="核对结果已保存。", denials=True):
        found = {
            pk: Found(f"met_{pk}" in request.POST, typed(request, f"remark_{pk}", most=200, label="备注")) for pk in pks
        }
        record_findings(claim, found=found, act=act_of(request))
    return redirect(f"{reverse('review:claim', args=[key])}#panel-checklist")


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def points(request: HttpRequest) -> HttpResponse:
    """The points in force of one's regions; a new one."""
    user = user_of(request)
    form = PointForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"stage": Stage(form.cleaned_data["stage"])}
        with show_refusal(form, denials=True):
            add_point(given.pop("region"), act=act_of(request), **given)
            return redirect("checklists:points")
    found = ChecklistPoint.objects.visible_to(user).filter(retired_at=None).select_related("region", "item")
    context = {"form": form, "points": found.order_by("region", "stage", "pk")}
    return render(request, "checklists/points.html", context, status=422 if form.errors else 200)


@access(administrators)
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a point no longer."""
    point = get_object_or_404(ChecklistPoint.objects.visible_to(user_of(request)), pk=pk)
    with show_refusal(request, success="已停用。", denials=True):
        retire_point(point, act=act_of(request))
    return redirect("checklists:points")
