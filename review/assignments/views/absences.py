"""Absences: one's own and those of the officers one supervises, with who stands in."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import access, officials
from portal.accounts.enums import SEPARATE_DUTIES
from portal.accounts.models import Appointment, User
from portal.core import clock
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from review.assignments.forms import AbsenceForm
from review.assignments.models import Absence
from review.assignments.selectors.load import officers_supervised
from review.assignments.services.absences import end_absence, enter_absence

officers = officials(*sorted(SEPARATE_DUTIES))
LISTED_AT_MOST = 200


def _people(user: User) -> list[User]:
    """Whose absences the person enters: their own, and of those they supervise."""
    return list({one.pk: one for one in (user, *officers_supervised(user))}.values())


def _colleagues(people: list[User]) -> list[User]:
    """Who holds one of the same duties in the same region as one of these."""
    held = Appointment.objects.in_force().filter(role__in=SEPARATE_DUTIES, user__is_active=True)
    rows = list(held.select_related("user"))
    places = {(one.role, one.region_id) for one in rows if one.user_id in {user.pk for user in people}}
    return list({one.user_id: one.user for one in rows if (one.role, one.region_id) in places}.values())


@access(officers)
@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: HttpRequest) -> HttpResponse:
    """The absences that last or are to come, and those for whom one stands in; enter one."""
    user = user_of(request)
    people = _people(user)
    form = AbsenceForm(
        request.POST or None,
        people=people,
        deputies=_colleagues(people),
        initial={"user": user.pk, "starts_on": clock.today()},
    )
    if request.method == "POST" and form.is_valid():
        with show_refusal(form, denials=True):
            data = form.cleaned_data
            enter_absence(data.pop("user"), act=act_of(request), **data)
            return redirect("assignments:absences")
    rows = Absence.objects.filter(user__in=people, ends_on__gte=clock.today(), ended_at=None)
    mine = Absence.objects.filter(deputy__in=user.account_ids, ends_on__gte=clock.today(), ended_at=None)
    context = {
        "form": form,
        "absences": rows.select_related("user", "deputy").order_by("starts_on", "pk")[:LISTED_AT_MOST],
        "standing_in": mine.select_related("user").order_by("starts_on"),
        "today": clock.today(),
    }
    return render(request, "assignments/absences.html", context, status=422 if form.errors else 200)


@access(officers)
@require_POST
def end(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """End an absence early."""
    found = get_object_or_404(Absence.objects.filter(user__in=_people(user_of(request))), key=key)
    with show_refusal(request, denials=True, success="外出登记已结束，代办随之终止。"):
        end_absence(found, act=act_of(request))
    return redirect("assignments:absences")
