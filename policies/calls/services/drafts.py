"""Write a call before it is published: begin, save, discard. Stale pages overwrite nothing."""

import uuid
from copy import copy
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from policies.calls.enums import CallState
from policies.calls.models import Call, CallItem
from policies.calls.permissions import administers
from policies.calls.services.plans import (
    PLAIN_FIELDS,
    CallPlan,
    ItemPlan,
    lock_call,
    refuse_bad_windows,
    refuse_foreign_items,
    to_the_minute,
)
from portal.accounts.models import Region
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError


def draft_call(region: Region, *, plan: CallPlan, key: uuid.UUID, act: ActorContext) -> Call:
    """Begin a call of a city. The same `key` again gives the call that is already there.

    Raises RefusedError for windows or items that cannot be, PermissionDenied for another city's administrator.
    """
    if act.user is None or not administers(act.user, region.pk):
        raise PermissionDenied("只有本市的政策管理人员可以拟写申报通知。")
    refuse_bad_windows(plan, plan.items)
    refuse_foreign_items(region, [row.item_id for row in plan.items])
    try:
        with transaction.atomic():
            call = Call.objects.create(
                key=key,
                region=region,
                created_by=act.user,
                created_at=act.at,
                procedure_by=act.user if plan.procedure else None,
                budget_by=act.user if any(_budgets(plan)) else None,
                **_columns(plan),
            )
            put_items(call, plan)
            record_audit(
                act,
                action="calls.draft",
                target=call,
                region_code=region.pk,
                after={"title": call.title, "items": _codes(call)},
            )
            return call
    except IntegrityError:
        existing = Call.objects.workable_by(act.user).filter(key=key, region=region).first()
        if existing is None:
            raise
        return existing


def save_call(call: Call, *, plan: CallPlan, seen: int, act: ActorContext) -> Call:
    """Write a draft anew, and count its revision up.

    Raises StaleStateError where it was saved since `seen`, RefusedError for what cannot be or once it is published.
    """
    with transaction.atomic():
        call = lock_draft(call, act=act, seen=seen)
        refuse_bad_windows(plan, plan.items)
        refuse_foreign_items(call.region, [row.item_id for row in plan.items])
        before = {name: getattr(call, name) for name in PLAIN_FIELDS} | {"items": _codes(call)}
        if plan.procedure != call.procedure:
            call.procedure_by = act.user if plan.procedure else None
        rows = tuple(ItemPlan(row.item_id, row.budget, row.quota) for row in call.items.all())
        if _budgets(plan) != _budgets(replace(plan, budget=call.budget, items=rows)):
            call.budget_by = act.user if any(_budgets(plan)) else None
        for name, value in _columns(plan).items():
            setattr(call, name, value)
        call.revision += 1
        call.save()
        put_items(call, plan)
        after = {name: getattr(call, name) for name in PLAIN_FIELDS} | {"items": _codes(call)}
        record_audit(act, action="calls.save", target=call, region_code=call.region_id, before=before, after=after)
        return call


def discard_call(call: Call, *, act: ActorContext) -> None:
    """Take a draft away with its attachments; what was published stays, and can only be withdrawn."""
    with transaction.atomic():
        call = lock_draft(call, act=act)
        gone = copy(call)
        call.delete()
        record_audit(act, action="calls.discard", target=gone, region_code=gone.region_id, before={"title": gone.title})


def lock_draft(call: Call, *, act: ActorContext, seen: int | None = None) -> Call:
    """The call under its lock, refused with RefusedError once it is published."""
    call = lock_call(call, act=act, seen=seen)
    if call.state != CallState.DRAFTED:
        raise RefusedError("该通知已经发布，不能再按草稿修改。请在通知页面选择延长、调整或撤销。")
    return call


def put_items(call: Call, plan: CallPlan) -> None:
    """Make the call's items those of the plan."""
    call.items.all().delete()
    CallItem.objects.bulk_create(
        CallItem(call=call, item_id=row.item_id, budget=row.budget, quota=row.quota) for row in plan.items
    )


def _budgets(plan: CallPlan) -> set[tuple[int, Decimal]]:
    """Every sum of money that a call promises: its own under 0, those of its items under theirs."""
    named = {(0, plan.budget), *((row.item_id, row.budget) for row in plan.items)}
    return {(key, budget) for key, budget in named if budget is not None}


def _columns(plan: CallPlan) -> dict[str, Any]:
    columns = {name: getattr(plan, name) for name in PLAIN_FIELDS}
    return columns | {"opens_at": to_the_minute(plan.opens_at), "closes_at": to_the_minute(plan.closes_at)}


def _codes(call: Call) -> list[str]:
    return list(call.items.order_by("item__code").values_list("item__code", flat=True))
