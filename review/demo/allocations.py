"""The demo's allocation by factors: computed, checked and issued to Wuxi's districts, with one receipt."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import uuid4

from django.utils import timezone

from portal.core.actor import ActorContext
from review.appropriations.models import Allocation
from review.appropriations.services.allocations import (
    FactorPlan,
    check_allocation,
    compute_allocation,
    draft_allocation,
    issue_allocation,
    save_factor,
)
from review.appropriations.services.appropriations import receive_appropriation
from review.treasury.models import BudgetLine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from portal.accounts.models import User

POOL = Decimal(8_000_000)
DISTRICTS = ("320205", "320206", "320211", "320213", "320214", "320281", "320282")
# Weight in per cent, source and the districts' values, all made up.
FACTORS = (
    ("发明专利授权量", 40, "示例数据：各区上年统计公报", (620, 540, 810, 470, 1250, 980, 560)),
    ("贯标企业数", 25, "示例数据：各区上年贯标名单", (12, 10, 18, 9, 30, 22, 11)),
    ("质押融资额（万元）", 20, "示例数据：质押登记汇总表", (8200, 6100, 9800, 5400, 21000, 15600, 7300)),
    ("上年资金执行率（%）", 15, "示例数据：上年决算表", (96, 92, 99, 88, 97, 95, 90)),
)


def load_allocations(officials: Mapping[str, User], *, now: datetime) -> None:
    """Share a part of the city's line of this year among its districts."""
    year = timezone.localdate(now).year
    line = BudgetLine.objects.filter(region_id="320200", year=year, given_from=None, is_controlled=True).first()
    if line is None or Allocation.objects.filter(line=line).exists():
        return
    maker = ActorContext(user=officials["caiwu"], at=now)
    made = draft_allocation(
        line,
        title=f"{year}年市级知识产权专项资金因素法分配方案",
        basis="锡政办发〔2020〕11号第一条第二款",
        pool=POOL,
        key=uuid4(),
        act=maker,
    )
    for name, weight, source, values in FACTORS:
        exact = {code: Decimal(value) for code, value in zip(DISTRICTS, values, strict=True)}
        plan = FactorPlan(name, Decimal(weight), source, exact)
        made = save_factor(made.pk, position=None, plan=plan, revision=made.revision, act=maker)
    compute_allocation(made.pk, revision=made.revision, act=maker)
    check_allocation(made.pk, act=ActorContext(user=officials["shending"], at=now))
    document = issue_allocation(made.pk, act=maker)
    received = document.lines.get(region="320211")
    receive_appropriation(received.pk, note="已入账", act=ActorContext(user=officials["qucai"], at=now))
