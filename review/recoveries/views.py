"""The pages of recoveries: for the offices and auditors all, for applicants their own."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from applications.claims.models import Claim
from portal.access import access, applicants, officials
from portal.accounts.enums import Role
from portal.accounts.models import Region
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.money import format_yuan, to_yuan
from portal.core.paging import paginate_fixed
from review.funding.selectors import standing_parts
from review.notices.selectors import notices_of
from review.recoveries.enums import RecoveryAction
from review.recoveries.forms import FORMS, ActionForm, ProposalForm, TerminateForm
from review.recoveries.models import Recovery
from review.recoveries.papers import NOTICES
from review.recoveries.selectors import (
    current_plan,
    open_actions,
    overdue_since,
    owed_of,
    paid_fen,
    recoverable_claims,
    recoveries_for,
)
from review.recoveries.services.awards import terminate_claim
from review.recoveries.services.proceedings import propose_recovery
from review.recoveries.workflow import OFFICERS

officers = officials(*OFFICERS)
readers = officials(*OFFICERS, Role.AUDITOR) | applicants
PAGE_SIZE = 50


@access(readers)
@require_GET
def recoveries(request: HttpRequest) -> HttpResponse:
    """The recoveries that this person may see, open ones first."""
    today = timezone.localdate()
    page, _ = paginate_fixed(recoveries_for(user_of(request)), after=request.GET.get("after", ""), size=PAGE_SIZE)
    rows = [(each, owed_of(each, on=today), overdue_since(each, on=today)) for each in page.rows]
    return render(request, "recoveries/recoveries.html", {"page": page, "rows": rows})


@access(readers)
@require_http_methods(["GET", "POST"])
def recovery(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One recovery: why, how much, by when, what was answered, and what this person may do to it."""
    user = user_of(request)
    related = ("claim__item", "claim__award", "applicant", "region", "payer__parent", "proposed_by", "decided_by")
    found = get_object_or_404(Recovery.objects.visible_to(user).select_related(*related), key=key)
    sent = request.POST.get("action", "")
    open_forms = [ActionForm(found, action) for action in open_actions(found, user) if action in FORMS]
    status, typed = 200, list[tuple[str, str]]()
    if request.method == "POST":
        status = 422
        chosen = next((each for each in open_forms if each.action == sent), None)
        if chosen is None:
            messages.warning(request, "该追缴已由他人办理，或者不由您办理，请查看最新情况。")
            typed = _typed(found, request)
        else:
            bound = ActionForm(found, chosen.action, request.POST)
            open_forms[open_forms.index(chosen)] = bound
            if bound.form.is_valid():
                with show_refusal(bound.form, denials=True):
                    bound.send(act_of(request))
                    messages.success(request, f"已{RecoveryAction(sent).label}。")
                    return redirect("recoveries:recovery", key=key)
    today = timezone.localdate()
    context = {
        "recovery": found,
        "claim": found.claim,
        "is_applicant": any(m.applicant_id == found.applicant_id for m in user.active_memberships),
        "owed": owed_of(found, on=today),
        "overdue": overdue_since(found, on=today),
        "plan": current_plan(found),
        "receipts": found.receipts.all(),
        "events": found.events.order_by("-pk"),
        "forms": open_forms,
        "typed": typed,
        "notices": [each for each in notices_of(found.claim, user=user) if each.kind in NOTICES and each.rendered_at],
    }
    return render(request, "recoveries/recovery.html", context, status=status)


def _typed(found: Recovery, request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed into the form of an action that is not open any more, by its labels."""
    sent = request.POST.get("action", "")
    if sent not in FORMS:
        return []
    fields = ActionForm(found, RecoveryAction(sent)).form.fields
    rows = [(str(field.label), request.POST.get(name, "").strip()) for name, field in fields.items()]
    return [(label, value) for label, value in rows if value]


@access(officers)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Propose to revoke or lower a claim's award."""
    claim = get_object_or_404(recoverable_claims(user_of(request)), key=key)
    form = ProposalForm(request.POST or None, parts=_part_labels(claim))
    if form.is_valid():
        with show_refusal(form, denials=True):
            made = propose_recovery(claim.pk, proposal=form.proposal, act=act_of(request))
            messages.success(request, "已提出，请告知申报单位并听取陈述申辩。")
            return redirect("recoveries:recovery", key=made.key)
    return _ways(request, claim, form, TerminateForm(auto_id="id_terminate_%s"))


@access(officials(Role.DECISION_MAKER))
@require_http_methods(["POST"])
def terminate(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """End an approved claim of which nothing is paid."""
    form = TerminateForm(request.POST, auto_id="id_terminate_%s")
    claim = get_object_or_404(recoverable_claims(user_of(request)), key=key)
    if form.is_valid():
        with show_refusal(form, denials=True):
            terminate_claim(claim.pk, reason=form.cleaned_data["reason"], act=act_of(request))
            messages.success(request, f"{claim.number}：资助已终止，已释放限额和指标，并通知申报单位。")
            return redirect("review:claim", key=key)
    return _ways(request, claim, ProposalForm(parts=_part_labels(claim)), form)


def _part_labels(claim: Claim) -> dict[str, str]:
    """The payers of a claim's award by code, each with what it bears now."""
    award = getattr(claim, "award", None)
    parts = standing_parts(award) if award else {}
    names = {region.pk: region.full_name for region in Region.objects.filter(pk__in=parts).select_related("parent")}
    return {code: f"只调减{names[code]}承担的 {format_yuan(to_yuan(fen))} 元" for code, fen in sorted(parts.items())}


def _ways(request: HttpRequest, claim: Claim, form: ProposalForm, terminate_form: TerminateForm) -> HttpResponse:
    award = getattr(claim, "award", None)
    paid = paid_fen(claim.pk)
    context = {
        "claim": claim,
        "standing": to_yuan(sum(standing_parts(award).values())) if award else claim.approved_amount,
        "paid": to_yuan(paid),
        "form": form,
        "terminate_form": terminate_form,
        "may_terminate": not paid and claim.deciding_region_id in user_of(request).regions_for(Role.DECISION_MAKER),
    }
    status = 422 if form.errors or terminate_form.errors else 200
    return render(request, "recoveries/new.html", context, status=status)
