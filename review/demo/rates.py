"""Made-up rates of two districts: one confirmed, one that waits for the second person."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from policies.published.models import SupportItem
from policies.rates.enums import RateState
from policies.rates.services import RatePlan, confirm_rate, propose_rate
from portal.accounts.models import Region, User
from portal.core.actor import ActorContext

_NAMESPACE = uuid.UUID("5b6f2d0e-6a4c-4f6e-9d0b-0f5d8f2b7c33")
_ITEM = "wx2020-01-extra"
_BEGINS = date(2024, 1, 1)


def load_rates(officials: Mapping[str, User], *, now: datetime) -> None:
    """Enter the rates, each once, however often the demo is loaded."""
    author, second = (
        ActorContext(user=officials[login], at=now, address="127.0.0.1") for login in ("zhengce", "zhengce2")
    )
    item = SupportItem.objects.select_related("document__region").get(code=_ITEM)
    for code, amount, is_confirmed in (("320211", "100000.00", True), ("320205", "80000.00", False)):
        region = Region.objects.get(pk=code)
        plan = RatePlan(
            region=region,
            item=item,
            unit_amount=Decimal(amount),
            valid_from=_BEGINS,
            source=f"{region.name}突出贡献单位奖励规定（演示）",
        )
        rate = propose_rate(plan, key=uuid.uuid5(_NAMESPACE, code), act=author)
        if is_confirmed and rate.state == RateState.PROPOSED:
            confirm_rate(rate.pk, act=second)
