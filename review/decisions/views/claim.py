"""The claim page: everything a reviewer needs, and the conclusion at its end."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from applications.claims.models import Claim
from applications.claims.visibility import why_closed
from portal.access import access
from portal.accounts.areas import covers
from portal.core.actor import ActorContext
from portal.core.errors import StaleStateError, show_refusal
from portal.core.http import act_of, takes_files, user_of
from portal.ownership.enums import CHECKERS
from portal.ownership.forms import OpinionForm
from portal.ownership.selectors import check_page
from review.assignments.selectors.desks import claim_on_desk
from review.decisions.enums import Conclusion, Stage
from review.decisions.forms.choices import choices_of, make_form
from review.decisions.forms.correction import MORE, CorrectionForm
from review.decisions.forms.decision import AcceptForm, CreditForm, RefuseForm, SeenForm, SendBackForm, SupportForm
from review.decisions.forms.lists import ClaimFilterForm
from review.decisions.forms.report import report_of
from review.decisions.forms.steps import AbandonForm, ProlongForm, ReasonForm, TakeBackForm
from review.decisions.panels import panel_of, panels_of
from review.decisions.permissions import stage_before
from review.decisions.selectors.ceilings import Ceilings, preview_ceilings, read_ceilings
from review.decisions.selectors.claim_review import ClaimReview
from review.decisions.selectors.credit import may_record_credit
from review.decisions.selectors.queue import claims_for, queues_of
from review.decisions.services.corrections import return_for_correction
from review.decisions.services.credit import record_credit
from review.decisions.services.decisions import (
    accept_claim,
    confirm_district_review,
    refuse_claim,
    send_back,
    support_claim,
)
from review.decisions.services.following import take_following
from review.decisions.services.overdue import abandon_claim, prolong_correction
from review.decisions.services.ways_back import take_back
from review.decisions.views.queue import (
    chosen_queue,
    claim_address,
    credit_checkers,
    list_query,
    readers,
    reviewers,
)


@dataclass(frozen=True)
class Panel:
    """What stands at the end of the page: which conclusion is opened, as it was sent where it was sent, and why not.

    Without slots: the head of the page looks for sent forms among what objects hold (`form_faults`).
    """

    opened: Conclusion = Conclusion.SUPPORT
    form: SeenForm | None = None
    error: str = ""
    typed: list[tuple[str, str]] = field(default_factory=list)


def claim_or_404(request: HttpRequest, key: uuid.UUID) -> Claim:
    """The claim, where this person sees it as an official."""
    user = user_of(request)
    found = claim_on_desk(claims_for(user), key)
    if found is None and (closed := why_closed(user, Claim.objects.filter(key=key))):
        raise PermissionDenied(closed)
    if found is None and Claim.objects.visible_to(user).filter(key=key, applicant__in=user.standing.recusals).exists():
        raise PermissionDenied("您与该申报存在应当回避的情形，不能查看和办理，请由其他人员办理。")
    if found is None:
        raise Http404("claim")
    return found


def ceilings_now(claim_review: ClaimReview, unmet: list[str]) -> Ceilings:
    """The engine's answer as the page shows it: anew for whoever sets sums, as stored for all others."""
    if claim_review.conclusions or not claim_review.assessments:
        if not unmet:
            stage = stage_before(claim_review.stage, claim_review.claim)
            before = claim_review.latest(stage) if stage else None
            unmet = before.unmet if before else []
        return preview_ceilings(claim_review.context, unmet=unmet)
    return read_ceilings(claim_review.assessments[0].answer)


def show(
    request: HttpRequest,
    claim_review: ClaimReview,
    *,
    ceilings: Ceilings,
    panel: Panel | None = None,
    credit: CreditForm | None = None,
    step: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page; forms that were not sent are made fresh."""
    panel = panel or Panel()
    claim = claim_review.claim
    with_credit = may_record_credit(claim_review.user, claim)
    context = {
        "claim_review": claim_review,
        "claim": claim,
        "ceilings": ceilings,
        "panel": panel,
        "choices": choices_of(claim_review, ceilings, opened=panel.opened, sent=panel.form),
        "credit_form": credit,
        **step_forms(claim_review, step),
        "proposal": claim_review.latest(Stage.DISTRICT_FIRST) if claim_review.stage == Stage.DISTRICT_SECOND else None,
        "with_credit": with_credit,
        "panels": panels_of(claim_review),
        "list_query": list_query(request),
    }
    if claim_review.stage == Stage.ACCEPTANCE and not claim.applicant.is_verified:
        context |= check_page(claim.applicant) | {
            "verification": True,
            "may_check": covers(claim_review.user, claim.applicant.region_id, *CHECKERS),
            "form": OpinionForm(),
            "back": reverse("review:claim", args=[claim.key]),
        }
    return render(request, "review/claim.html", context, status=status)


@access(readers)
@require_GET
def claim(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One claim to work from; `?open=refuse` opens another form than that of support, `?open=credit` the check's."""
    claim_review = ClaimReview(claim_or_404(request, key), user=user_of(request))
    asked = request.GET.get("open", "")
    opened = Conclusion(asked) if asked in claim_review.conclusions else Conclusion.SUPPORT
    credit = CreditForm() if asked == "credit" else None
    return show(request, claim_review, ceilings=ceilings_now(claim_review, []), panel=Panel(opened), credit=credit)


@access(readers)
@require_GET
def panel(request: HttpRequest, key: uuid.UUID, code: str) -> HttpResponse:
    """One panel of a claim: its part of the page for a script, a page of its own without."""
    claim_review = ClaimReview(claim_or_404(request, key), user=user_of(request))
    shown = panel_of(claim_review, code)
    if shown is None:
        raise Http404("panel")
    name = "review/_panel.html" if request.headers.get("HX-Request") else "review/panel.html"
    return render(request, name, {"claim_review": claim_review, "shown": shown})


@takes_files
@access(reviewers)
@require_POST
def conclude(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take an officer's conclusion. What is refused comes back on the same page, with everything that was typed."""
    claim_review = ClaimReview(claim_or_404(request, key), user=user_of(request))
    name = request.POST.get("conclusion", "")
    if name not in Conclusion.values:
        raise Http404("conclusion")
    conclusion = Conclusion(name)
    ceilings = ceilings_now(claim_review, request.POST.getlist("unmet"))
    form = make_form(conclusion, claim_review, ceilings, request.POST, request.FILES)
    if form is None:
        return refuse_stale(request, claim_review, claim_review.obstacle)
    if request.POST.get("intent") in ("preview", MORE):
        return show(request, claim_review, ceilings=ceilings, panel=Panel(conclusion, unbound(form)))
    if not form.is_valid():
        return show(request, claim_review, ceilings=ceilings, panel=Panel(conclusion, form), status=422)
    with show_refusal(denials=True) as refusal:
        carry_out(form, act=act_of(request))
        messages.success(request, f"{claim_review.claim.number}：{form.done}")
        return redirect(where_next(request, claim_review))
    if isinstance(refusal.error, StaleStateError):
        return refuse_stale(request, claim_review, str(refusal))
    panel = Panel(conclusion, form, error=str(refusal) or "您的职责不包含这一操作。")
    return show(request, claim_review, ceilings=ceilings, panel=panel, status=422)


def unbound(form: SeenForm) -> SeenForm:
    """The same form with what was typed as its initial values, so that asking for a new sum shows no complaints."""
    # Not form[name].value(): a bound field remembers the initial value that it had.
    typed = {
        name: field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
        for name, field in form.fields.items()
        if not name.startswith("amount_")
    }
    form.initial = {**form.initial, **typed}
    form.is_bound = False
    return form


def refuse_stale(request: HttpRequest, claim_review: ClaimReview, message: str) -> HttpResponse:
    """The page as the claim now stands, with a message and everything that was typed on the old one."""
    fresh = ClaimReview(claim_or_404(request, claim_review.claim.key), user=user_of(request))
    words = message or (
        f"该申报现为“{fresh.claim.get_status_display()}”，您不能再作出这一意见。请查看最新进展；您填写的内容列在下方。"
    )
    typed = [
        (label, "、".join(request.POST.getlist(field)))
        for field, label in (
            ("text", "说明"),
            ("minutes_number", "会议纪要编号"),
            ("minutes_date", "会议日期"),
            ("decision_no", "金额依据"),
        )
        if request.POST.get(field)
    ]
    for shown in fresh.lines:
        amount = request.POST.get(f"amount_{shown.line.pk}")
        reason = request.POST.get(f"reason_{shown.line.pk}")
        if amount:
            typed.append((f"第 {shown.number} 项", "；".join(filter(None, [f"{amount} 元", reason]))))
    typed += [
        ("补正要求", value)
        for field in request.POST
        if field.startswith("remark_") and (value := request.POST.get(field))
    ]
    return show(request, fresh, ceilings=ceilings_now(fresh, []), panel=Panel(error=words, typed=typed), status=409)


def carry_out(form: SeenForm, *, act: ActorContext) -> None:
    """Hand a valid form on to the one service it means."""
    claim_id = form.claim_review.claim.pk
    match form:
        case SupportForm():
            support_claim(
                claim_id,
                expected=form.expected,
                act=act,
                sums=form.sums,
                unmet=form.cleaned_data["unmet"],
                minutes=form.minutes,
                report=report_of(form),
            )
        case RefuseForm():
            refuse_claim(
                claim_id,
                expected=form.expected,
                act=act,
                reason=form.reason,
                grounds=form.cleaned_data["grounds"],
                unmet=form.cleaned_data.get("unmet", []),
                minutes=form.minutes,
                report=report_of(form),
            )
        case SendBackForm():
            send_back(claim_id, expected=form.expected, act=act, reason=form.cleaned_data["text"])
        case CorrectionForm():
            return_for_correction(
                claim_id, expected=form.expected, act=act, points=form.points, workdays=form.cleaned_data["workdays"]
            )
        case AcceptForm():
            accept_claim(claim_id, expected=form.expected, act=act)
        case _:
            confirm_district_review(claim_id, expected=form.expected, act=act)


def where_next(request: HttpRequest, claim_review: ClaimReview) -> str:
    """The queue that the claim was in, or straight to its next claim, in the filter that the officer chose."""
    user = user_of(request)
    work = next((each for each in queues_of(user) if each.stage == claim_review.stage), None)
    if work is None:
        return reverse("review:queue")
    query = list_query(request)
    chosen = ClaimFilterForm(request.GET).as_filter() if query else None
    if query:
        work = chosen_queue(request, queues_of(user)) or work
    if "next" in request.POST and (
        following := take_following(work, act=act_of(request), chosen=chosen, beside=claim_review.claim)
    ):
        return claim_address(following, query or f"desk={work.key}")
    # A fragment of its own, or the browser keeps that of the form.
    return f"{reverse('review:queue')}?{query or f'desk={work.key}'}#content"


def step_forms(claim_review: ClaimReview, sent: ReasonForm | None) -> dict[str, ReasonForm]:
    """The forms of what can be done beside concluding; the one that was sent stands as it was filled in."""
    seen = {"status": claim_review.claim.status, "round": claim_review.claim.round}
    forms: dict[str, type[ReasonForm]] = {
        "back_form": TakeBackForm,
        "prolong_form": ProlongForm,
        "abandon_form": AbandonForm,
    }
    return {
        name: sent if isinstance(sent, kind) else kind(initial=seen, auto_id=f"id_{name}_%s")
        for name, kind in forms.items()
    }


@access(reviewers)
@require_POST
def prolong(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give the applicant more days for a correction."""
    return take_step(
        request,
        key,
        ProlongForm(request.POST, auto_id="id_prolong_form_%s"),
        prolong_correction,
        done="补正期限已延长，已通知申报单位。",
    )


@access(reviewers)
@require_POST
def abandon(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Close a claim whose correction was not handed in."""
    return take_step(
        request,
        key,
        AbandonForm(request.POST, auto_id="id_abandon_form_%s"),
        abandon_claim,
        done="已按视为放弃处理，已通知申报单位。",
    )


@access(reviewers)
@require_POST
def recall(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take back what was concluded last on the claim."""
    form = TakeBackForm(request.POST, auto_id="id_back_form_%s")
    return take_step(request, key, form, take_back, done="已收回，申报退回重新审核。")


def take_step(
    request: HttpRequest, key: uuid.UUID, form: ReasonForm, service: Callable[..., object], *, done: str
) -> HttpResponse:
    """Hand a form's fields to a service and come back to the claim; what is refused stands in the form."""
    claim = claim_or_404(request, key)
    if form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name not in ("status", "round")}
        with show_refusal(form, denials=True):
            service(claim.pk, expected=form.expected, act=act_of(request), **given)
            messages.success(request, f"{claim.number}：{done}")
            return redirect("review:claim", key=key)
    fresh = ClaimReview(claim_or_404(request, key), user=user_of(request))
    return show(request, fresh, ceilings=ceilings_now(fresh, []), step=form, status=422)


@access(credit_checkers)
@require_POST
def credit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Record a credit check of the claim's applicant."""
    claim_review = ClaimReview(claim_or_404(request, key), user=user_of(request))
    if not may_record_credit(claim_review.user, claim_review.claim):
        raise Http404("credit")
    form = CreditForm(request.POST)
    if form.is_valid():
        with show_refusal(form, denials=True):
            record_credit(claim_review.claim, act=act_of(request), **form.cleaned_data)
            messages.success(request, "信用查询结果已登记。")
            return redirect(f"{reverse('review:claim', args=[key])}#credit")
    return show(request, claim_review, ceilings=ceilings_now(claim_review, []), credit=form, status=422)
