"""The load of a supervisor's officers, and assignments by hand: looked at first, then made, and taken back."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from applications.claims.models import Claim
from portal.access import access, officials
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.core.actor import ActorContext
from portal.core.errors import show_refusal
from portal.core.filters import choice_of
from portal.core.http import act_of, user_of
from portal.core.numbers import whole_number
from portal.recusal.enums import SUPERVISORS
from review.assignments.forms import BulkForm
from review.assignments.models import Assignment
from review.assignments.selectors.desks import unsuspended
from review.assignments.selectors.load import STAGE_OF_ROLE, appointments_supervised, claims_at, load_of
from review.assignments.services.bulk import MOST_AT_ONCE, Planned, assign_claims, plan_assignments, undo_assignments

supervisors = officials(*SUPERVISORS)
UNDOABLE_SHOWN = 5


def _desks(user: User) -> dict[str, list[Any]]:
    """The offices that the person supervises, by stage and region."""
    found: dict[str, list[Any]] = {}
    for one in appointments_supervised(user):
        found.setdefault(f"{one.role}-{one.region_id}", []).append(one)
    return found


def _chosen(request: HttpRequest, desks: dict[str, list[Any]]) -> str:
    return choice_of(request, "desk", set(desks), default=next(iter(desks), ""))


@access(supervisors)
@require_safe
def load(request: HttpRequest) -> HttpResponse:
    """Every officer one supervises at a stage: open, late, done, away; and from there, assignments by hand."""
    desks = _desks(user_of(request))
    return _page(request, desks, _chosen(request, desks))


@access(supervisors)
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Show whom the claims of a stage would go to; with `intent=assign`, give them."""
    desks = _desks(user_of(request))
    chosen = _chosen(request, desks)
    if not chosen:
        raise Http404("desk")
    act = act_of(request)
    if request.POST.get("intent") == "assign":
        planned = _sent_plan(request, desks[chosen])
        batch = uuid.uuid4()
        outcomes = assign_claims(planned, act=act, batch=batch)
        given = sum(1 for one in outcomes if one.officer)
        messages.success(request, f"已分派 {given} 件。")
        for one in outcomes:
            if one.officer is None:
                messages.warning(request, f"{one.claim.number} 未分派：{one.problem}")
        return redirect(f"{request.path.removesuffix('assign/')}?desk={chosen}")
    form = BulkForm(request.POST, officers=[one.user for one in desks[chosen]])
    if form.is_valid():
        with show_refusal(form):
            return _page(request, desks, chosen, form=form, plan=_plan(request, desks[chosen], form, act))
    return _page(request, desks, chosen, form=form)


@access(supervisors)
@require_POST
def undo(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """Take back what one assigned at once, as far as nobody acted."""
    with show_refusal(request, denials=True):
        undone, kept = undo_assignments(batch, act=act_of(request))
        messages.success(request, f"已撤销 {undone} 件" + (f"；{kept} 件已办理或改派，未撤销。" if kept else "。"))
    return redirect("assignments:load")


def _plan(request: HttpRequest, offices: list[Any], form: BulkForm, act: ActorContext) -> list[Planned]:
    role, region = Role(offices[0].role), offices[0].region_id
    claims = unsuspended(claims_at(user_of(request), region, role))
    held = Assignment.objects.open()
    if source := form.cleaned_data["source"]:
        claims = claims.filter(pk__in=held.filter(officer=source).values("claim"))
    else:
        claims = claims.exclude(pk__in=held.filter(status=STAGE_OF_ROLE[role]).values("claim"))
    rows = claims.select_related("applicant", "item", "region", "city").order_by("submitted_at", "id")
    wanted = {int(pk) for pk in form.cleaned_data["officers"]}
    # Whose claims are given away gets none of them.
    chosen = [
        one.user
        for one in offices
        if (not wanted or one.user_id in wanted) and str(one.user_id) != form.cleaned_data["source"]
    ]
    return plan_assignments(
        list(rows[: form.cleaned_data["most"]]), way=form.cleaned_data["way"], officers=chosen, act=act
    )


def _sent_plan(request: HttpRequest, offices: list[Any]) -> list[Planned]:
    """The plan as it was shown: `row` is a claim and an officer; what is not the supervisor's is left out."""
    pairs = [row.partition(":") for row in request.POST.getlist("row")[:MOST_AT_ONCE]]
    read = [(whole_number(pk), whole_number(user)) for pk, _, user in pairs]
    wanted = {pk: user for pk, user in read if pk is not None and user is not None}
    people = {one.user_id: one.user for one in offices}
    claims = Claim.objects.visible_to(user_of(request)).filter(pk__in=wanted)
    return [Planned(claim, people[wanted[claim.pk]]) for claim in claims if wanted[claim.pk] in people]


def _page(
    request: HttpRequest,
    desks: dict[str, list[Any]],
    chosen: str,
    *,
    form: BulkForm | None = None,
    plan: list[Planned] | None = None,
) -> HttpResponse:
    user = user_of(request)
    offices = desks.get(chosen, [])
    batches = (
        Assignment.objects.filter(assigned_by__in=user.account_ids, ended_at=None)
        .exclude(batch=None)
        .order_by("-pk")
        .values_list("batch", "since")
    )
    region = Region.objects.filter(pk=offices[0].region_id).first() if offices else None
    counted: dict[uuid.UUID, list[Any]] = {}
    for batch, since in batches[:2000]:
        if batch is not None:
            counted.setdefault(batch, [since, 0])[1] += 1
    context = {
        "tabs": [(key, f"{rows[0].region.name} · {rows[0].get_role_display()}") for key, rows in desks.items()],
        "chosen": chosen,
        "rows": load_of(offices),
        "waiting": unsuspended(claims_at(user, region.pk, Role(offices[0].role))).count() if region else 0,
        "form": form or BulkForm(officers=[one.user for one in offices]),
        "plan": plan,
        "planned": [one for one in plan or [] if one.officer],
        "batches": list(counted.items())[:UNDOABLE_SHOWN],
    }
    return render(request, "assignments/load.html", context, status=422 if form is not None and form.errors else 200)
