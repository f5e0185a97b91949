"""Close a payer's month, and open it again by two people with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from portal.accounts.enums import Role
from portal.accounts.persons import same_person
from portal.audit.services import record_audit, record_contents
from portal.core.errors import RefusedError
from review.treasury.enums import MonthState
from review.treasury.models import Account, MonthClose
from review.treasury.months import month_bounds
from review.treasury.workflow import MONTHS

if TYPE_CHECKING:
    from datetime import date

    from portal.accounts.models import User
    from portal.core.actor import ActorContext


def close_month(region_id: str, first: date, *, act: ActorContext) -> MonthClose:
    """Lock the month that begins on a day for all lines of a payer.

    Raises RefusedError for a month that has not ended, and where it is closed already.
    """
    user = _acting(region_id, act, Role.FINANCE)
    starts_at, ends_at = month_bounds(first)
    if ends_at > act.at:
        raise RefusedError(f"{first.year}年{first.month}月尚未结束，月末之后才能结账。")
    try:
        with transaction.atomic():
            # Whoever is posting now finishes first.
            list(Account.objects.select_for_update().filter(line__region=region_id).order_by("pk").values_list("pk"))
            made = MonthClose.objects.create(
                region_id=region_id,
                month=first,
                starts_at=starts_at,
                ends_at=ends_at,
                closed_by=user,
                closed_at=act.at,
            )
            _record(made, "close_month", act=act)
    except IntegrityError:
        raise RefusedError(f"{first.year}年{first.month}月已经结账。") from None
    return made


def ask_reopening(close: MonthClose, *, reason: str, act: ActorContext) -> None:
    """Ask that a closed month be opened again; another person decides. Raises RefusedError without a reason."""
    user = _acting(close.region_id, act, Role.FINANCE)
    if not reason.strip():
        raise RefusedError("请写明反结账的理由。", field="reason")
    with transaction.atomic():
        found = _locked(close)
        changes = {"reason": reason.strip()[:200], "asked_by": user, "asked_at": act.at}
        MONTHS.move(found, MonthState.REOPEN_ASKED, changes=changes)
        _record(found, "ask_reopening", act=act)


def settle_reopening(close: MonthClose, *, agree: bool, act: ActorContext) -> None:
    """Open a month again that another person asked to open, or leave it closed. Raises RefusedError for that person."""
    user = _acting(close.region_id, act, Role.FINANCE, Role.DECISION_MAKER)
    with transaction.atomic():
        found = _locked(close)
        MONTHS.check(found, MonthState.OPENED)
        if agree and same_person(user, found.asked_by_id):
            raise RefusedError("反结账由您申请，须由另一人批准。")
        if agree:
            MONTHS.move(found, MonthState.OPENED, changes={"opened_by": user, "opened_at": act.at})
        else:
            MONTHS.move(found, MonthState.CLOSED)
        _record(found, "reopen_month" if agree else "keep_closed", act=act)


def _locked(close: MonthClose) -> MonthClose:
    return MonthClose.objects.select_for_update(of=("self",)).get(pk=close.pk)


def _acting(region_id: str, act: ActorContext, *roles: Role) -> User:
    if act.user is None or region_id not in act.user.regions_for(*roles):
        raise PermissionDenied(f"只有该地区的{'、'.join(role.label for role in roles)}人员可以办理。")
    return act.user


def _record(close: MonthClose, deed: str, *, act: ActorContext) -> None:
    record_contents([close])
    record_audit(
        act,
        action=f"treasury.{deed}",
        target=close,
        region_code=close.region_id,
        after={"month": f"{close.month:%Y-%m}", "reason": close.reason},
    )
