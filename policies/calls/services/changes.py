"""Publish a call, and what may be done to it afterwards.

Who reads a published call relies on it: from then on it only gets more generous, with a reason that everybody reads.
Whatever would take something back needs an early end announced beforehand, or the withdrawal of the call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from policies.calls.enums import CallState, ChangeKind, Phase
from policies.calls.models import Call, CallChange, CallItem, days_words, deadline_words
from policies.calls.permissions import publication_obstacle
from policies.calls.services.drafts import lock_draft
from policies.calls.services.plans import (
    ItemPlan,
    lock_call,
    lock_city,
    refuse_bad_windows,
    refuse_foreign_items,
    refuse_rivals,
    refuse_unruled_items,
    to_the_minute,
)
from policies.calls.workflow import WORKFLOW
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import format_yuan
from portal.jobs.services import enqueue_job

Difference = list[str]
# What an amendment may change, and an extension or an early end.
_AMENDABLE = ("facts_from", "facts_to", "budget", "quota", "contact_name", "contact_phone", "contact_address")
_CHANGEABLE = (*_AMENDABLE, "closes_at")
_MINUTE = timedelta(minutes=1)


def publish_call(call: Call, *, seen: int, act: ActorContext) -> Call:
    """Publish a draft: it opens and closes by itself from now on; a job notifies who may claim in it.

    Raises RefusedError where something is missing, its end has passed, or another call already takes one of its
    items for the same facts at the same time, or who set its own procedure or its budget would publish it;
    StaleStateError where the draft was changed since `seen`.
    """
    with transaction.atomic():
        lock_city(call.region_id)
        call = lock_draft(call, act=act, seen=seen)
        items = [row.item for row in call.items.select_related("item")]
        _refuse_unfinished(call, items=len(items), act=act)
        refuse_foreign_items(call.region, [item.pk for item in items])
        refuse_unruled_items(call, items)
        refuse_rivals(call)
        record_contents([*call.items.all(), *call.attachments.all()])
        return _move(call, ChangeKind.PUBLISHED, changes={"published_at": act.at}, act=act)


def _refuse_unfinished(call: Call, *, items: int, act: ActorContext) -> None:
    if not call.number:
        raise RefusedError("请先填写文号，再发布。", "number")
    if not items:
        raise RefusedError("请至少选择一个事项，再发布。", "items")
    if call.closes_at <= act.at:
        raise RefusedError("截止时间已过，请先改为今后的时间，再发布。", "closes_at")
    if obstacle := publication_obstacle(act.user, call):
        raise obstacle
    if Call.objects.filter(region=call.region_id, number=call.number, state=CallState.PUBLISHED).exists():
        raise RefusedError(f"文号“{call.number}”已用于另一份已发布的通知，请核对。", "number")


def extend_call(call: Call, *, closes_at: datetime, reason: str, seen: int, act: ActorContext) -> Call:
    """Let a call close later; one that has closed opens again. Raises RefusedError for an earlier end."""
    closes_at = to_the_minute(closes_at)
    with transaction.atomic():
        lock_city(call.region_id)
        call = _lock_published(call, act=act, seen=seen, reason=reason)
        if closes_at <= call.closes_at:
            raise RefusedError(
                f"新的截止时间应晚于原定的 {call.closes_words}。要提前截止，请另选“提前截止”。", "closes_at"
            )
        if closes_at <= act.at:
            raise RefusedError("新的截止时间已过，请改为今后的时间。", "closes_at")
        difference = ["截止时间", call.closes_words, deadline_words(closes_at)]
        call.closes_at = closes_at
        refuse_rivals(call)
        return _move(call, ChangeKind.EXTENDED, differences=[difference], reason=reason, act=act)


def close_call(call: Call, *, closes_at: datetime | None, reason: str, seen: int, act: ActorContext) -> Call:
    """Let an open call close earlier than announced: at a moment to come, or (None) with the next full minute.

    Drafts of claims stay; what was submitted until then goes its way. Raises RefusedError for any other moment.
    """
    at_once = to_the_minute(act.at) + _MINUTE
    closes_at = to_the_minute(closes_at) if closes_at else at_once
    with transaction.atomic():
        call = _lock_published(call, act=act, seen=seen, reason=reason)
        if call.phase_at(act.at) != Phase.OPEN:
            raise RefusedError("只有正在申报的通知可以提前截止。尚未开始的，请选择“撤销”。")
        if closes_at < at_once:
            raise RefusedError("截止时间不能早于现在。要立即截止，请把时间留空。", "closes_at")
        if closes_at >= call.closes_at:
            raise RefusedError(f"应早于原定的 {call.closes_words}。要推迟截止，请另选“延长”。", "closes_at")
        difference = ["截止时间", call.closes_words, deadline_words(closes_at)]
        call.closes_at = closes_at
        return _move(call, ChangeKind.CLOSED, differences=[difference], reason=reason, act=act)


def withdraw_call(call: Call, *, reason: str, seen: int, act: ActorContext) -> Call:
    """Take a published call back: nothing more is begun or submitted in it; what was submitted goes its way."""
    with transaction.atomic():
        call = _lock_published(call, act=act, seen=seen, reason=reason)
        return _move(call, ChangeKind.WITHDRAWN, reason=reason, act=act)


@dataclass(frozen=True, slots=True)
class Amendment:
    """What a published call is to say from now on; `items` are all of its items, the old ones among them."""

    facts_from: date
    facts_to: date
    budget: Decimal | None
    quota: int | None
    contact_name: str
    contact_phone: str
    contact_address: str
    items: tuple[ItemPlan, ...]


def amend_call(call: Call, *, amendment: Amendment, reason: str, seen: int, act: ActorContext) -> Call:
    """Widen a published call: more days of facts, higher limits, further items; or correct whom to ask.

    Raises RefusedError for what would take something back, for an amendment that changes nothing, and where another
    call already takes one of the items for the same facts at the same time.
    """
    with transaction.atomic():
        lock_city(call.region_id)
        call = _lock_published(call, act=act, seen=seen, reason=reason)
        rows = {row.item_id: row for row in call.items.select_related("item")}
        planned = {row.item_id: row for row in amendment.items}
        _refuse_narrower(call, amendment, rows, planned)
        added = [row for row in amendment.items if row.item_id not in rows]
        refuse_foreign_items(call.region, [row.item_id for row in added])
        differences = _differences(call, amendment)
        for name in _AMENDABLE:
            setattr(call, name, getattr(amendment, name))
        differences += _put_items(call, rows, planned)
        if not differences:
            raise RefusedError("没有改动任何内容，不需要保存。")
        refuse_bad_windows(call, amendment.items)
        refuse_unruled_items(call, [row.item for row in call.items.select_related("item")])
        refuse_rivals(call)
        return _move(call, ChangeKind.AMENDED, differences=differences, reason=reason, act=act)


def _refuse_narrower(
    call: Call, amendment: Amendment, rows: Mapping[int, CallItem], planned: Mapping[int, ItemPlan]
) -> None:
    if amendment.facts_from > call.facts_from:
        raise RefusedError(f"发布后事实期间只能放宽，首日不能晚于 {call.facts_from:%Y-%m-%d}。", "facts_from")
    if amendment.facts_to < call.facts_to:
        last = call.facts_to - timedelta(days=1)
        raise RefusedError(f"发布后事实期间只能放宽，末日不能早于 {last:%Y-%m-%d}。", "facts_last")
    if _is_lower(amendment.budget, call.budget):
        raise RefusedError(f"发布后预算只能调高或取消限制，不能低于原定的{_yuan_words(call.budget)}。", "budget")
    if _is_lower(amendment.quota, call.quota):
        raise RefusedError(f"发布后名额只能调高或取消限制，不能少于原定的{_count_words(call.quota)}。", "quota")
    for item_id, row in rows.items():
        new = planned.get(item_id)
        if new is None:
            raise RefusedError(f"发布后不能去掉事项“{row.item.title}”。不再受理的，请撤销通知后另行发布。", "items")
        if _is_lower(new.budget, row.budget) or _is_lower(new.quota, row.quota):
            raise RefusedError(f"“{row.item.title}”的预算和名额发布后只能调高或取消限制。", "items")


def _is_lower(new: Decimal | int | None, old: Decimal | int | None) -> bool:
    """Whether a limit gets tighter; none is the widest."""
    if new is None:
        return False
    return old is None or new < old


def _differences(call: Call, amendment: Amendment) -> list[Difference]:
    """What changes in the call's own columns, in words."""
    new_days = days_words(amendment.facts_from, amendment.facts_to)
    pairs = [
        ["事实期间", call.facts_words, new_days],
        ["预算", _yuan_words(call.budget), _yuan_words(amendment.budget)],
        ["名额", _count_words(call.quota), _count_words(amendment.quota)],
        ["联系人", call.contact_name, amendment.contact_name],
        ["联系电话", call.contact_phone, amendment.contact_phone],
        ["联系地址", call.contact_address, amendment.contact_address],
    ]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _put_items(call: Call, rows: Mapping[int, CallItem], planned: Mapping[int, ItemPlan]) -> list[Difference]:
    """Write the items' limits and the added items; what that changes, in words."""
    differences = []
    for item_id, row in rows.items():
        new, before = planned[item_id], _limits_words(row.budget, row.quota)
        row.budget, row.quota = new.budget, new.quota
        if (after := _limits_words(row.budget, row.quota)) != before:
            row.save(update_fields=["budget", "quota"])
            differences.append([row.item.title, before, after])
    for item_id, new in planned.items():
        if item_id not in rows:
            added = CallItem.objects.create(call=call, item_id=item_id, budget=new.budget, quota=new.quota)
            differences.append(["增加事项", "", f"{added.item.title}（{_limits_words(new.budget, new.quota)}）"])
    return differences


def _limits_words(budget: Decimal | None, quota: int | None) -> str:
    return f"预算{_yuan_words(budget)}，名额{_count_words(quota)}"


def _yuan_words(amount: Decimal | None) -> str:
    return "不限" if amount is None else f" {format_yuan(amount)} 元"


def _count_words(count: int | None) -> str:
    return "不限" if count is None else f" {count} 件"


def _lock_published(call: Call, *, act: ActorContext, seen: int, reason: str) -> Call:
    """The call under its lock, refused with RefusedError unless it is published and a reason is given."""
    if not reason.strip():
        raise RefusedError("请写明理由，理由会在通知页面公布。", "reason")
    call = lock_call(call, act=act, seen=seen)
    if call.state != CallState.PUBLISHED:
        raise RefusedError(f"该通知现为“{call.get_state_display()}”，不能再变更。")
    return call


def _move(
    call: Call,
    kind: ChangeKind,
    *,
    act: ActorContext,
    differences: Sequence[Difference] = (),
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
) -> Call:
    """Move the locked call along the table, keep what everybody is to read of it, and notify whom it concerns.

    Writes what was changed on `call` with it.
    """
    assert act.user is not None  # noqa: S101 - lock_call let only an administrator through
    written = {name: getattr(call, name) for name in _CHANGEABLE}
    WORKFLOW.move(call, kind, changes=written | {"revision": call.revision + 1} | dict(changes or {}))
    change = CallChange.objects.create(
        call=call, kind=kind, differences=list(differences), reason=reason.strip(), by=act.user, at=act.at
    )
    if kind != ChangeKind.AMENDED:
        enqueue_job("calls.announce", key=str(change.pk), payload={"change_id": change.pk}, region_code=call.region_id)
    record_audit(
        act,
        action=f"calls.{kind}",
        target=call,
        region_code=call.region_id,
        before={label: before for label, before, _ in differences},
        after={label: after for label, _, after in differences} | {"state": call.state, "reason": reason.strip()},
    )
    return call
