"""A month's statement of the books (对账单): what each account of a line opened with, gained, lost and closed with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils import timezone

from portal.core.money import to_yuan
from portal.core.spreadsheets import Column, Kind, build_sheet
from review.treasury.enums import AccountKind
from review.treasury.models import BudgetLine, MonthClose, Posting
from review.treasury.months import month_bounds

# The accounts that a statement shows; the source is the other side of what was issued.
SHOWN = (
    AccountKind.SOURCE,
    AccountKind.AVAILABLE,
    AccountKind.COMMITTED,
    AccountKind.PAYABLE,
    AccountKind.IN_TRANSIT,
    AccountKind.PAID,
)
COLUMNS = (
    Column("出资地区", width=16),
    Column("指标", width=32),
    Column("账户", width=14),
    Column("期初余额", Kind.MONEY, 18),
    Column("本期增加", Kind.MONEY, 18),
    Column("本期减少", Kind.MONEY, 18),
    Column("期末余额", Kind.MONEY, 18),
)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """An account of a line over a month, in yuan: closing = opening + gained - lost."""

    line: BudgetLine
    kind: AccountKind
    opening: Decimal
    gained: Decimal
    lost: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.gained - self.lost


def statement_of(lines: Iterable[BudgetLine], first: date) -> list[StatementRow]:
    """The statement of lines for the month that begins on a day; accounts without a posting by its end are left out.

    Asked of the postings alone, in one query. A posting is dated by its entry.
    """
    start, end = month_bounds(first)
    ordered = list(lines)
    before, within = Q(entry__at__lt=start), Q(entry__at__gte=start)
    rows = (
        Posting.objects.filter(account__line__in=ordered, entry__at__lt=end)
        .values_list("account__line_id", "account__kind")
        .annotate(
            opening=Sum("amount", filter=before),
            gained=Sum("amount", filter=within & Q(amount__gt=0)),
            lost=Sum("amount", filter=within & Q(amount__lt=0)),
        )
        .order_by()
    )
    sums = {(line, kind): [to_yuan(fen or 0) for fen in each] for line, kind, *each in rows}
    return [
        StatementRow(line, kind, opening, gained, -lost)
        for line in ordered
        for kind in SHOWN
        if (line.pk, kind) in sums
        for opening, gained, lost in [sums[line.pk, kind]]
    ]


def closing_words(closed: Iterable[MonthClose]) -> str:
    """Whose books of a month are closed, since when and by whom."""
    return "；".join(
        f"{each.region.full_name}已于 {timezone.localdate(each.closed_at):%Y-%m-%d} 结账（{each.closed_by.name}）"
        for each in closed
    )


def statement_sheet(
    rows: Iterable[StatementRow], *, first: date, closed: Iterable[MonthClose] = (), made_by: str
) -> bytes:
    """The statement as a workbook; it says whose month is closed."""
    note = f"单位：元　{closing_words(closed) or '本月未结账'}　{timezone.localtime():%Y-%m-%d %H:%M} {made_by} 导出"
    return build_sheet(
        f"{first.year}年{first.month}月专项资金对账单",
        columns=COLUMNS,
        note=note,
        rows=(
            (row.line.region.full_name, str(row.line), row.kind.label, row.opening, row.gained, row.lost, row.closing)
            for row in rows
        ),
    )
