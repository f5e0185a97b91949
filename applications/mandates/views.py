"""Pages of mandates: the list, asking for one, and one with what its sides may do."""

import uuid

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.mandates.enums import MandateAction, Side
from applications.mandates.forms import EndForm, MandateFilterForm, MandateForm, PaperForm
from applications.mandates.models import Mandate
from applications.mandates.selectors import mandates_of, sides_of, with_scope
from applications.mandates.services import (
    actions_open_to,
    ask_for_mandate,
    confirm_mandate,
    end_mandate,
    hand_in_paper,
)
from policies.published.models import SupportItem
from policies.published.selectors import claimable_items
from portal.access import access, any_official, applicants
from portal.accounts.enums import ApplicantKind
from portal.accounts.models import Applicant
from portal.core.errors import show_refusal
from portal.core.files import file_response
from portal.core.http import act_of, takes_files, user_of
from portal.ownership.selectors import registered

_DONE = {
    MandateAction.CONFIRM: "委托已确认，代理机构现在可以办理。",
    MandateAction.DECLINE: "已回复不同意，委托不生效。",
    MandateAction.CANCEL: "委托请求已撤回。",
    MandateAction.REVOKE: "委托已撤销，代理机构即刻不能再查看和办理。",
    MandateAction.RETURN: "委托已退回委托人，本机构不能再查看和办理。",
}


@access(applicants)
@require_safe
def mandates(request: HttpRequest) -> HttpResponse:
    """List the mandates of one's organisations, on either side."""
    form = MandateFilterForm(request.GET)
    given = form.asked()
    page = mandates_of(
        user_of(request),
        side=given.get("side", ""),
        state=given.get("state", ""),
        search=given.get("q", ""),
        after=request.GET.get("after", ""),
    )
    context = {"form": form, "page": page, "narrowed": any(given.values()), "is_agency": bool(_own(request, "agency"))}
    return render(request, "mandates/list.html", context)


@access(applicants)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, side: str) -> HttpResponse:
    """Ask for a mandate: as who gives it, or as the agency."""
    if side not in Side.values:
        raise Http404
    stands, own = Side(side), _own(request, side)
    if not own:
        messages.info(request, "您所属的单位都没有登记为知识产权服务机构，不能受托代理。")
        return redirect("mandates:list")
    today = timezone.localdate()
    first = {"key": uuid.uuid4(), "starts_on": today, "ends_on": today.replace(month=12, day=31)}
    data = request.POST if request.method == "POST" else None
    form = MandateForm(data, side=stands, own=own, items=_items_for(own), initial=first)
    if form.is_valid():
        other = registered(form.cleaned_data["uscc"])
        mine = form.own_by_key[form.cleaned_data["own"]]
        if other is None:
            form.add_error("uscc", "没有登记这一代码的单位。请核对代码，或请对方先在平台登记。")
        else:
            parties = (mine, other) if stands == Side.PRINCIPAL else (other, mine)
            with show_refusal(form):
                made = ask_for_mandate(
                    *parties, side=stands, scope=form.scope, key=form.cleaned_data["key"], act=act_of(request)
                )
                messages.success(request, "已提出。请下载委托书，双方签章后上传，由委托人的负责人确认。")
                return redirect("mandates:mandate", key=made.key)
    context = {"form": form, "side": stands}
    return render(request, "mandates/new.html", context, status=422 if form.errors else 200)


def _own(request: HttpRequest, side: str) -> list[Applicant]:
    own = [membership.applicant for membership in user_of(request).active_memberships]
    return [each for each in own if side == Side.PRINCIPAL or each.kind == ApplicantKind.AGENCY]


def _items_for(own: list[Applicant]) -> list[SupportItem]:
    """What can be claimed where the person's organisations are registered, in the catalogue's order."""
    today = timezone.localdate()
    regions = sorted({each.region_id for each in own})
    found = {card.item.pk: card.item for region in regions for card in claimable_items(today, region=region)}
    return list(found.values())


@access(applicants)
@require_safe
def mandate(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One mandate, and what its sides may do with it."""
    return _show(request, _found(request, key))


def _found(request: HttpRequest, key: uuid.UUID) -> Mandate:
    seen = with_scope(Mandate.objects.visible_to(user_of(request)))
    return get_object_or_404(seen.select_related("asked_by", "decided_by", "ended_by"), key=key)


def _show(request: HttpRequest, found: Mandate, paper: PaperForm | None = None) -> HttpResponse:
    user = user_of(request)
    context = {
        "mandate": found,
        "actions": actions_open_to(user, found),
        "do": MandateAction,
        "sides": sides_of(user, found),
        "paper_form": paper or PaperForm(),
        "end_form": EndForm(),
    }
    return render(request, "mandates/mandate.html", context, status=422 if paper is not None else 200)


@takes_files
@access(applicants)
@require_POST
def hand_in(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Upload the signed paper."""
    found = _found(request, key)
    form = PaperForm(request.POST, request.FILES)
    if form.is_valid():
        with show_refusal(form, denials=True):
            hand_in_paper(found, file=form.cleaned_data["paper"], act=act_of(request))
            messages.success(request, "委托书已上传，请委托人的负责人核对后确认。")
            return redirect("mandates:mandate", key=key)
    return _show(request, found, form)


@access(applicants)
@require_POST
def act(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Do what the pressed button says."""
    found = _found(request, key)
    wanted = request.POST.get("action", "")
    if wanted not in _DONE:
        raise Http404
    action, form = MandateAction(wanted), EndForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    with show_refusal(request, success=_DONE[action], denials=True):
        if action == MandateAction.CONFIRM:
            confirm_mandate(found, act=act_of(request))
        else:
            end_mandate(found, action, act=act_of(request), reason=reason)
    return redirect("mandates:mandate", key=key)


@access(applicants | any_official)
@require_safe
def paper(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """The signed paper, in place."""
    found = get_object_or_404(Mandate.objects.visible_to(user_of(request)).exclude(sha256=""), key=key)
    return file_response(found.path, sha256=found.sha256, filename=found.filename, media_type=found.media_type)
