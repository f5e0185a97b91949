"""Budgets of the demo: the city's for all items, and those of the district whose finance officer there is."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import uuid4

from django.utils import timezone

from portal.accounts.models import Region
from portal.core.actor import ActorContext
from review.treasury.enums import SourceKind
from review.treasury.models import BudgetLine
from review.treasury.services.lines import LinePlan, create_line, issue_budget
from review.treasury.services.month_close import close_month

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.accounts.models import User

# Officer, region, name, source and the sums (yuan) that papers gave.
LINES = (
    ("caiwu", "320200", "知识产权专项资金", SourceKind.CITY, ("15000000", "2500000")),
    ("qucai", "320211", "知识产权区级配套资金", SourceKind.DISTRICT, ("6000000",)),
)
# Claims of the demo are decided within so many days before it is loaded.
SPAN = timedelta(days=120)


def load_budgets(officials: Mapping[str, User], *, now: datetime) -> None:
    """Set up the lines of each year in which claims of the demo are decided, with what papers gave them."""
    for year in sorted({timezone.localdate(now - SPAN).year, timezone.localdate(now).year}):
        # No year's budget is issued before the year begins.
        begins = timezone.make_aware(datetime(year, 1, 1))  # noqa: DTZ001 - made aware at once
        for login, code, name, source, sums in LINES:
            if BudgetLine.objects.filter(region_id=code, year=year, name=name).exists():
                continue
            act = ActorContext(user=officials[login], at=max(begins, now - SPAN))
            plan = LinePlan(name=name, source=source, function_code="2011499", government_code="50701")
            line = create_line(Region.objects.get(pk=code), year=year, plan=plan, act=act)
            for number, amount in enumerate(sums, start=1):
                paper = f"{'锡' if source == SourceKind.CITY else '锡滨'}财指〔{year}〕{number}号"
                issue_budget(line, amount=Decimal(amount), paper_no=paper, key=uuid4(), act=act)


def close_first_month(officials: Mapping[str, User], *, now: datetime) -> None:
    """Close the city's month in which its budget was issued."""
    first = timezone.localdate(now - SPAN).replace(day=1)
    close_month("320200", first, act=ActorContext(user=officials["caiwu"], at=now))
