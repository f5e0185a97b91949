"""What a call is to say, and what stands against it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Q

from policies.calls.enums import Shortage
from policies.calls.models import Call, CallItem
from policies.calls.permissions import administers
from policies.calls.selectors import callable_items, rival_items
from policies.published.models import ItemVersion, SupportItem
from portal.accounts.models import Region
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError, StaleStateError
from portal.core.money import format_yuan


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """One item that a call opens, with limits of its own: yuan and a number of claims, None for no limit."""

    item_id: int
    budget: Decimal | None = None
    quota: int | None = None


@dataclass(frozen=True, slots=True)
class CallPlan:
    """All that a call says. Windows are half-open; sums are yuan; without a `procedure` each item's own holds."""

    title: str
    opens_at: datetime
    closes_at: datetime
    facts_from: date
    facts_to: date
    contact_name: str
    contact_phone: str
    number: str = ""
    introduction: str = ""
    contact_address: str = ""
    budget: Decimal | None = None
    quota: int | None = None
    when_short: str = Shortage.STOP
    procedure: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[ItemPlan, ...] = ()


# The plan's fields that are columns of the call.
PLAIN_FIELDS = (
    *("number", "title", "introduction", "opens_at", "closes_at", "facts_from", "facts_to"),
    *("budget", "quota", "when_short", "procedure", "contact_name", "contact_phone", "contact_address"),
)


def to_the_minute(moment: datetime) -> datetime:
    """The minute a moment lies in: windows open and close with a whole one."""
    return moment.replace(second=0, microsecond=0)


def lock_call(call: Call, *, act: ActorContext, seen: int | None = None) -> Call:
    """The call under its lock. Raises StaleStateError where it is no longer at the revision that was seen.

    Raises PermissionDenied unless the person administers the policy of its city.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("lock_call needs a transaction")
    found = Call.objects.select_for_update(of=("self",)).select_related("region").get(pk=call.pk)
    if not administers(act.user, found.region_id):
        raise PermissionDenied("只有本市的政策管理人员可以办理申报通知。")
    if seen is not None and seen != found.revision:
        message = "该通知刚才已在别处修改，本页内容没有保存。请先核对现有内容；再按一次，将以本页内容为准。"
        raise StaleStateError(message, current=found)
    return found


def lock_city(region_id: str) -> Region:
    """The city's row under a lock: one call after the other is published, so that no two open the same."""
    return Region.objects.select_for_update(no_key=True).get(pk=region_id)


def refuse_bad_windows(plan: CallPlan | Call, items: Iterable[ItemPlan]) -> None:
    """Raise RefusedError where a window ends before it begins, or a limit is below that of one of its items."""
    if plan.closes_at <= plan.opens_at:
        raise RefusedError("截止时间应晚于开始时间，请核对。", "closes_at")
    if plan.facts_to <= plan.facts_from:
        raise RefusedError("事实期间的末日不能早于首日，请核对。", "facts_last")
    for row in items:
        if plan.budget is not None and row.budget is not None and row.budget > plan.budget:
            raise RefusedError(
                f"有事项的预算 {format_yuan(row.budget)} 元大于通知的总预算 {format_yuan(plan.budget)} 元，"
                "请调低该事项的预算，或调高总预算。",
                "budget",
            )
        if plan.quota is not None and row.quota is not None and row.quota > plan.quota:
            raise RefusedError(
                f"有事项的名额 {row.quota} 件大于通知的总名额 {plan.quota} 件，请调低该事项的名额，或调高总名额。",
                "quota",
            )


def refuse_foreign_items(region: Region, item_ids: Iterable[int]) -> None:
    """Raise RefusedError where an item is not one that a call of this city may open."""
    wanted = set(item_ids)
    allowed = set(callable_items(region).filter(pk__in=wanted).values_list("pk", flat=True))
    if wanted - allowed:
        raise RefusedError(
            "所选事项中有的已不能申报（文件不在施行期、事项不再受理，或不适用于本市）。请刷新页面后重新选择。", "items"
        )


def refuse_unruled_items(call: Call, items: Sequence[SupportItem]) -> None:
    """Raise RefusedError where an item has no rules in force on any day of the window of facts."""
    in_window = Q(valid_from__lt=call.facts_to) & (Q(valid_to=None) | Q(valid_to__gt=call.facts_from))
    ruled = set(ItemVersion.objects.filter(in_window, item__in=items).values_list("item_id", flat=True))
    for item in items:
        if item.pk not in ruled:
            raise RefusedError(
                f"“{item.title}”在 {call.facts_words} 没有施行的规则，无法按它申报。请调整事实期间，或去掉该事项。",
                "facts_from",
            )


def refuse_rivals(call: Call) -> None:
    """Raise RefusedError where another published call would open one of the items for the same facts meanwhile.

    To be asked under the city's lock, with the call as it is going to be.
    """
    items = CallItem.objects.filter(call=call).values_list("item_id", flat=True)
    rivals = rival_items(call, item_ids=items)
    if rivals:
        one = rivals[0]
        raise RefusedError(
            f"“{one.item.title}”已由“{one.call.title}”（{one.call.number}）开放，事实期间为 {one.call.facts_words}，"
            f"申报至 {one.call.closes_words}。同一事项、同一期间的事实不能同时由两份通知受理："
            "请错开事实期间或申报时间，或去掉该事项。",
            "items",
        )
