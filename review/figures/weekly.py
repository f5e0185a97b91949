"""The report of a week, by message and mail, to those who answer for the officers of a city or district."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import Appointment, User
from portal.core import clock
from portal.core.money import format_yuan, to_yuan
from portal.core.regions import in_trees
from portal.notifications.services import notify_users
from review.decisions.permissions import STATUS_OF
from review.decisions.selectors.queue import late_work
from review.figures.counting import postings_of, steps_between
from review.figures.measures import OF_ACTION, Measure
from review.figures.models import SUPERVISORS

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOLD = (Measure.RECEIVED, Measure.ACCEPTED, Measure.RETURNED, Measure.DECIDED, Measure.REFUSED, Measure.APPROVED)


def send_reports(monday: date) -> None:
    """Send the report of the week before this Monday, once to each person."""
    roles = set(SUPERVISORS) - {Role.AUDITOR}
    appointed = Appointment.objects.in_force().filter(role__in=roles).values("user_id")
    start, end = (_midnight(day) for day in (monday - timedelta(days=7), monday))
    for user in User.objects.filter(pk__in=appointed, is_active=True).order_by("pk"):
        body = week_in_words(user.regions_for(*roles), start, end)
        days = f"{start:%m月%d日}—{end - timedelta(days=1):%m月%d日}"
        notify_users([user], "figures.weekly", key=f"weekly:{monday}", url="/figures/", week=days, figures=body)


def week_in_words(regions: Iterable[str], start: datetime, end: datetime) -> str:
    """What happened to the claims of these regions from one moment until before another, and what is late now."""
    codes = list(regions)
    steps = steps_between(start, end).filter(in_trees("claim__region__code", codes))
    counted: Counter[Measure] = Counter()
    for action in steps.values_list("action", flat=True).iterator():
        if measure := OF_ACTION.get(action):
            counted[measure] += 1
    numbers = "，".join(f"{measure.label} {counted[measure]} 件" for measure in _TOLD)
    paid = postings_of(Measure.PAID).filter(in_trees("entry__claim__region__code", codes))
    fen = paid.filter(entry__at__gte=start, entry__at__lt=end).aggregate(fen=Sum("amount"))["fen"] or 0
    here = Claim.objects.filter(in_trees("region__code", codes))
    waiting = here.filter(status__in=list(STATUS_OF.values()))
    late = waiting.filter(late_work(clock.today())).count()
    unanswered = here.filter(status=ClaimStatus.CORRECTION, correction_due_on__lt=clock.today()).count()
    return (
        f"{numbers}，拨付 {format_yuan(to_yuan(fen))}。"
        f"目前在办 {waiting.count()} 件，其中超期 {late} 件；补正逾期未答复 {unanswered} 件。"
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
