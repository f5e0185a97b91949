"""Certificates and titles of the register whose last day comes: reminded of, and shown in one's own calendar."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse

from applications.rights.models import Right, RightQuerySet
from applications.rights.selectors import right_kinds, right_row
from portal.accounts.models import User
from portal.calendars.sources import Entry
from portal.notifications.services import notify_applicant

# The fact that says until when a right or certificate is valid, and the days before it at which it is reminded of.
LAST_DAY = "valid_to"
LAPSE_DAYS = (90, 30, 7)
_SLICE = 200
_MOST = 200


def remind_of_lapses(*, on: date, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Tell the members of who holds what lapses soon, once for each distance. Returns how many records lapse.

    Slice by slice, each in a transaction of its own.
    """
    rights = _lapsing(on, on + timedelta(days=max(LAPSE_DAYS)))
    kinds = right_kinds()
    total, done, after = rights.count(), 0, 0
    while some := list(rights.filter(pk__gt=after).order_by("pk")[:_SLICE]):
        with transaction.atomic():
            for right in some:
                last = date.fromisoformat(right.facts[LAST_DAY])
                near = min(days for days in LAPSE_DAYS if (last - on).days <= days)
                row = right_row(right, kinds.get(right.kind))
                notify_applicant(
                    right.applicant_id,
                    "rights.lapsing",
                    key=f"right.lapse:{right.pk}:{last}:{near}",
                    url=reverse("rights:edit", args=[right.key]),
                    region_code=right.applicant.region_id,
                    applicant=right.applicant.name,
                    right=f"{row.label} {row.subject}",
                    due=last.isoformat(),
                )
        done, after = done + len(some), some[-1].pk
        progress(done, total)
    return done


def days_of_rights(user: User, today: date) -> Iterator[Entry]:
    """The last days of what one's applicants hold. Two queries."""
    rights = list(_lapsing(today, date.max).visible_to(user).order_by("-pk")[:_MOST])
    kinds = right_kinds() if rights else {}
    for right in rights:
        row = right_row(right, kinds.get(right.kind))
        yield Entry(f"right-{right.key}", date.fromisoformat(right.facts[LAST_DAY]), f"到期：{row.label} {row.subject}")


def _lapsing(first: date, last: date) -> RightQuerySet:
    """Records held whose last day lies between two days, both counted."""
    found = Right.objects.held().filter(facts__valid_to__gte=first.isoformat(), facts__valid_to__lte=last.isoformat())
    return found.select_related("applicant")
