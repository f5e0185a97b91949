"""One claim's desk: take, give back, move, suspend, resume, recuse oneself."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from applications.claims.models import Claim
from portal.access import access, officials
from portal.accounts.enums import Role
from portal.core.actor import ActorContext
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.recusal.services import declare_recusal
from review.assignments.forms import DeskForm, MoveForm, RecuseForm, SuspendForm
from review.assignments.panels import desk_panel
from review.assignments.selectors.candidates import Candidates
from review.assignments.selectors.desks import with_desk
from review.assignments.services.holding import give_back, move_claim, take_claim
from review.assignments.services.suspensions import resume_claim, suspend_claim

reviewers = officials(
    Role.ACCEPTANCE, Role.DISTRICT_FIRST, Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER
)
_DONE = {
    "take": "已领取，由您承办。",
    "give_back": "已交回，其他人员可以领取。",
    "move": "已改派，已通知对方。",
    "suspend": "已挂起，已通知申报单位。",
    "resume": "已恢复办理，已通知申报单位。",
    "recuse": "已回避，该申报不再由您办理，已通知负责人。",
}


@access(reviewers)
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Who has a claim; a posted `deed` changes it. What is refused comes back with everything that was typed."""
    user = user_of(request)
    claims = Claim.objects.visible_to(user).exclude(submitted_at=None).exclude(applicant__in=user.recused_from)
    claim = with_desk(claims.select_related("applicant", "item", "region", "city")).filter(key=key).first()
    if claim is None:
        raise Http404("claim")
    sent: DeskForm | None = None
    refused = ""
    if request.method == "POST":
        deed = request.POST.get("deed", "")
        if deed not in _DONE:
            raise Http404("deed")
        sent = _form(deed, claim, request)
        if sent is None or sent.is_valid():
            with show_refusal(sent, denials=True) as refusal:
                _do(deed, claim, sent, act=act_of(request))
                messages.success(request, f"{claim.number}：{_DONE[deed]}")
                return redirect("review:queue") if deed == "recuse" else redirect("review:claim", key=key)
            refused = "" if sent else str(refusal)
    panel = desk_panel(claim, user, sent=sent)
    context = {"panel": panel, "claim": claim, "refused": refused}
    return render(request, "assignments/claim.html", context, status=422 if request.method == "POST" else 200)


def _form(deed: str, claim: Claim, request: HttpRequest) -> DeskForm | None:
    """The form that a deed is sent with; None for a button alone."""
    if deed == "move":
        return MoveForm(request.POST, officers=Candidates([claim]).of(claim))
    kinds: dict[str, type[DeskForm]] = {"suspend": SuspendForm, "recuse": RecuseForm}
    return kinds[deed](request.POST) if deed in kinds else None


def _do(deed: str, claim: Claim, form: DeskForm | None, *, act: ActorContext) -> None:
    """Hand a deed on to the one service it means."""
    given = form.cleaned_data if form else {}
    match deed:
        case "take":
            take_claim(claim.pk, act=act)
        case "give_back":
            give_back(claim.pk, act=act)
        case "move":
            move_claim(claim.pk, act=act, **given)
        case "suspend":
            suspend_claim(claim.pk, act=act, **given)
        case "resume":
            resume_claim(claim.pk, act=act)
        case _:
            declare_recusal(claim.applicant, act=act, **given)
