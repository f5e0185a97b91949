"""Districts' rates: entered by one person, confirmed by another, ended on a day. None is ever changed or deleted."""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from policies.engine import Item
from policies.engine.money import parse_ratio
from policies.engine.periods import until
from policies.published.models import ItemVersion, SupportItem
from policies.published.selectors import compiled_item
from policies.rates.enums import RateState
from policies.rates.models import DistrictRate
from policies.rates.permissions import administers
from policies.rates.selectors import takes_ratio, takes_unit_amount
from policies.rates.workflow import WORKFLOW
from portal.accounts.models import Region
from portal.accounts.persons import same_person
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import format_yuan


@dataclass(frozen=True, slots=True)
class RatePlan:
    """What a district gives: yuan per right or a ratio, from a day until (not including) another, by which paper."""

    region: Region
    item: SupportItem
    valid_from: date
    source: str
    unit_amount: Decimal | None = None
    ratio: str = ""
    valid_to: date | None = None


def propose_rate(plan: RatePlan, *, key: uuid.UUID, act: ActorContext) -> DistrictRate:
    """Enter a rate, which holds once a second person confirms it. The same `key` again gives the rate already there.

    Raises PermissionDenied outside the person's cities, RefusedError for a rate that the item does not take.
    """
    if act.user is None or not administers(act.user, plan.region):
        raise PermissionDenied("只有本市的政策管理人员可以登记区级标准。")
    _refuse_bad(plan)
    with transaction.atomic():
        rate, made = DistrictRate.objects.get_or_create(
            key=key,
            defaults={
                "region": plan.region,
                "item": plan.item,
                "unit_amount": plan.unit_amount,
                "ratio": plan.ratio,
                "valid_from": plan.valid_from,
                "valid_to": plan.valid_to,
                "source": plan.source,
                "proposed_by": act.user,
                "proposed_at": act.at,
            },
        )
        if made:
            _record(rate, "rates.proposed", act=act)
    return rate


def confirm_rate(rate_id: int, *, act: ActorContext) -> DistrictRate:
    """Put a rate into force as a second person. An open one before it ends on the day this one begins.

    Raises PermissionDenied outside the person's cities, RefusedError for one's own entry, for one that is decided
    already, and where another rate holds on some of its days.
    """
    with transaction.atomic():
        rate = _lock(rate_id, act=act)
        if same_person(act.user, rate.proposed_by_id):
            raise RefusedError("登记人不能确认自己登记的标准，请由另一位政策管理人员确认。")
        before = _make_room(rate)
        _decide(rate, RateState.CONFIRMED, act=act)
        ended = [f"{_figure(one)} 至 {rate.valid_from.isoformat()}" for one in before]
        _record(rate, "rates.confirmed", act=act, after={"before": ended} if ended else {})
    return rate


def refuse_rate(rate_id: int, *, reason: str, act: ActorContext) -> DistrictRate:
    """Do not take an entered rate, with the reason; also how its author takes it back.

    Raises PermissionDenied and RefusedError as `confirm_rate` does.
    """
    if not reason.strip():
        raise RefusedError("请写明理由，例如“与文件所列金额不符”。", "reason")
    with transaction.atomic():
        rate = _lock(rate_id, act=act)
        if same_person(act.user, rate.proposed_by_id):
            raise RefusedError("登记人不能办理自己登记的标准，请由另一位政策管理人员办理。")
        _decide(rate, RateState.REFUSED, act=act, reason=reason.strip())
        _record(rate, "rates.refused", act=act, after={"reason": rate.reason})
    return rate


def _refuse_bad(plan: RatePlan) -> None:
    rules = _newest_rules(plan.item)
    if (plan.unit_amount is None) == (not plan.ratio):
        raise RefusedError("每件金额和支持比例请填写其中一项。", "unit_amount")
    if plan.unit_amount is not None and not takes_unit_amount(rules):
        raise RefusedError("该事项由区确定支持比例，请填写比例，不填写金额。", "unit_amount")
    if plan.ratio and not takes_ratio(rules):
        raise RefusedError("该事项由区确定每件金额，请填写金额，不填写比例。", "ratio")
    if plan.unit_amount is not None and plan.unit_amount <= 0:
        raise RefusedError("金额应大于 0。", "unit_amount")
    if plan.ratio:
        _refuse_bad_ratio(plan.ratio)
    if plan.valid_to is not None and plan.valid_to <= plan.valid_from:
        raise RefusedError("末日不能早于首日，请核对。", "last_day")
    region = plan.item.document.region
    if region is None or region.pk not in {plan.region.pk, plan.region.parent_id}:
        raise RefusedError("该事项的文件不适用于这个地区，请核对。", "region")


def _refuse_bad_ratio(text: str) -> None:
    try:
        parse_ratio(text)
    except ValueError as error:
        raise RefusedError(f"比例看不懂：请写成 15% 或 1/3 的样子，不超过 100%（{error}）。", "ratio") from error


def _newest_rules(item: SupportItem) -> Item:
    return compiled_item(ItemVersion.objects.filter(item=item).latest("number"))


def _lock(rate_id: int, *, act: ActorContext) -> DistrictRate:
    """The rate under the lock of its item, so that one confirmation comes after the other."""
    found = DistrictRate.objects.select_related("region").get(pk=rate_id)
    SupportItem.objects.select_for_update(no_key=True).get(pk=found.item_id)
    rate = DistrictRate.objects.select_for_update(of=("self",)).select_related("region", "item").get(pk=rate_id)
    if not administers(act.user, rate.region):
        raise PermissionDenied("只有本市的政策管理人员可以办理区级标准。")
    if rate.state != RateState.PROPOSED:
        raise RefusedError(f"该标准已办理（{rate.get_state_display()}），不能再办。")
    return rate


def _make_room(rate: DistrictRate) -> list[DistrictRate]:
    """End the open rate before this one; which ones were ended. Raises RefusedError where others are in the way."""
    others = DistrictRate.objects.confirmed().filter(region=rate.region_id, item=rate.item_id)
    overlapping = others.filter(Q(valid_to=None) | Q(valid_to__gt=rate.valid_from))
    if rate.valid_to is not None:
        overlapping = overlapping.filter(valid_from__lt=rate.valid_to)
    ended = []
    for other in overlapping:
        if other.valid_to is not None or other.valid_from >= rate.valid_from:
            end = until(other.valid_to) if other.valid_to else "起"
            raise RefusedError(
                f"与已确认的标准（{other.valid_from.isoformat()} {end}）期间重叠，同一天只能有一个标准，请核对日期。"
            )
        other.valid_to = rate.valid_from
        other.save(update_fields=["valid_to"])
        ended.append(other)
    return ended


def _decide(rate: DistrictRate, state: RateState, *, act: ActorContext, reason: str = "") -> None:
    WORKFLOW.move(rate, state, changes={"decided_by": act.user, "decided_at": act.at, "reason": reason})


def _figure(rate: DistrictRate) -> str:
    return rate.ratio or format_yuan(rate.unit_amount or 0)


def _record(rate: DistrictRate, action: str, *, act: ActorContext, after: dict[str, Any] | None = None) -> None:
    details = {
        "item": rate.item.code,
        "region": rate.region.full_name,
        "rate": _figure(rate),
        "valid_from": rate.valid_from.isoformat(),
        "valid_to": rate.valid_to.isoformat() if rate.valid_to else "",
        "basis": rate.source,
    }
    record_audit(act, action=action, target=rate, region_code=rate.region_id, after={**details, **(after or {})})
