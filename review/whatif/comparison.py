"""Two finished simulations side by side: what each tried, group by group. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from review.whatif.report import Report
from review.whatif.view_models import Row, Sums, signed


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A group under the rules that two runs tried; None where a run has no claim of it."""

    label: str
    first: Sums | None
    second: Sums | None

    @property
    def change(self) -> Decimal:
        amounts = [sums.amount if sums else Decimal("0.00") for sums in (self.first, self.second)]
        return amounts[1] - amounts[0]

    @property
    def change_text(self) -> str:
        return signed(self.change)


def compared(first: Report, second: Report) -> list[tuple[str, list[ComparedRow]]]:
    """What two runs tried, side by side: in all, by document, district and year, and by item."""
    parts = [
        ("合计", [first.total], [second.total]),
        ("按政策文件", first.documents, second.documents),
        ("按区县", first.districts, second.districts),
        ("按年度", first.years, second.years),
        ("按事项", first.items, second.items),
    ]
    return [(title, _side_by_side(one, other)) for title, one, other in parts]


def _side_by_side(first: Sequence[Row], second: Sequence[Row]) -> list[ComparedRow]:
    mine, other = ({row.key: row for row in rows} for rows in (first, second))
    labels = {key: row.label for key, row in {**other, **mine}.items()}
    rows = []
    for key in sorted(labels):
        sides = [rows_of[key].after if key in rows_of else None for rows_of in (mine, other)]
        rows.append(ComparedRow(labels[key], *sides))
    return rows
