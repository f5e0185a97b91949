"""Set working days against the national calendar, and take that back."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal.accounts.areas import covers_now
from portal.accounts.enums import Role
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.workdays.enums import SpanKind
from portal.workdays.models import WorkdayOverride

LONGEST_SPAN = 366


def set_workdays(first: date, *, last: date, kind: SpanKind, basis: str, act: ActorContext) -> int:
    """Set every day of a span, both ends included, over what was set before; returns how many days.

    Periods that were counted earlier (publicity, correction) keep their dates. Raises ValueError for a span that
    ends before it begins or is longer than LONGEST_SPAN days, or for an empty basis; PermissionDenied for a person who
    does not administer every region: working days hold for all of them.
    """
    length = (last - first).days + 1
    if not 1 <= length <= LONGEST_SPAN:
        raise ValueError("a span has between 1 and 366 days")
    if not basis.strip():
        raise ValueError("days are set on some basis")
    days = [first + timedelta(days=n) for n in range(length)]
    _refuse_others(act)
    with transaction.atomic():
        WorkdayOverride.objects.bulk_create(
            [WorkdayOverride(day=day, is_workday=_is_worked(day, kind), basis=basis.strip()) for day in days],
            update_conflicts=True,
            unique_fields=["day"],
            update_fields=["is_workday", "basis"],
        )
        record_contents(WorkdayOverride.objects.filter(day__in=days))
        record_audit(
            act,
            action="workdays.set",
            target=WorkdayOverride.objects.get(day=first),
            after={"starts_on": first, "ends_on": last, "kind": kind.label, "basis": basis.strip()},
        )
    return length


def _is_worked(day: date, kind: SpanKind) -> bool:
    return day.weekday() < 5 if kind == SpanKind.WEEKDAYS else kind == SpanKind.WORK


def _refuse_others(act: ActorContext) -> None:
    if act.user is not None and not covers_now(act.user, "", Role.SYSTEM_ADMIN):
        raise PermissionDenied("工作日适用于所有地区，请由管理全部地区的系统管理员（省级）办理。")


def remove_workdays(first: date, *, last: date, act: ActorContext) -> int:
    """Take back what was set on a span: the national calendar holds again; returns how many days were set."""
    _refuse_others(act)
    with transaction.atomic():
        found = WorkdayOverride.objects.select_for_update().filter(day__range=(first, last)).order_by("day")
        overrides = list(found)
        if overrides:
            found.delete()
            record_audit(
                act,
                action="workdays.remove",
                target=overrides[0],
                before={"starts_on": first, "ends_on": last, "basis": overrides[0].basis, "count": len(overrides)},
            )
    return len(overrides)
