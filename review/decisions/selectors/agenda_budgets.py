"""What an agenda takes from each payer's budget line, before it is decided: the parts as the last review found them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Expression, OuterRef, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import NullIf

from applications.claims.models import Assessment
from policies.published.models import ItemVersion
from portal.core import clock
from portal.core.money import format_yuan, to_fen, to_yuan
from review.treasury.models import BudgetLine
from review.treasury.selectors import line_figures, line_that_pays
from review.treasury.services.awards import payer_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from review.decisions.selectors.agenda import AgendaRow


@dataclass(frozen=True, slots=True)
class BudgetNeed:
    """What rows take from one budget line and what is available on it, in yuan."""

    line: BudgetLine
    wanted: Decimal
    available: Decimal

    @property
    def is_short(self) -> bool:
        return self.wanted > self.available

    @property
    def words(self) -> str:
        return (
            f"“{self.line.region.name} {self.line.name}”需 {format_yuan(self.wanted)} 元，"
            f"可用 {format_yuan(self.available)} 元"
        )


def budget_needs(agendas: Sequence[Sequence[AgendaRow]]) -> list[list[BudgetNeed]]:
    """For the rows of each agenda what they take from the controlled lines of this year, in the lines' order.

    Five queries, whatever number of claims. The parts are those of each claim's last assessment, in proportion to the
    sum that the row is granted, the first payer's cut down to the fen; the decision has them from the engine.
    """
    claims = [row.claim for rows in agendas for row in rows]
    regions = {code for claim in claims for code in (claim.region_id, claim.city_id)}
    year = clock.today().year
    lines = list(
        BudgetLine.objects.filter(region_id__in=regions, year=year, is_controlled=True)
        .select_related("region", "given_from")
        .order_by("pk")
    )
    if not lines:
        return [[] for _ in agendas]
    available = {row.line.pk: row.available for row in line_figures(lines)}
    newest = Assessment.objects.filter(claim=OuterRef("claim")).order_by("-pk").values("pk")[:1]
    found = Assessment.objects.filter(claim__in=[claim.pk for claim in claims], pk=Subquery(newest))
    # As text: SQLite would make a number of a sum; and it writes a null out, which is a sum that is not split.
    null = Value("null", output_field=TextField())
    sums: dict[str, Expression] = {
        name: NullIf(KeyTextTransform(name, "answer"), null) for name in ("city", "district")
    }
    sums["others"] = KeyTransform("others", "answer")
    answers = {row["claim_id"]: row | {"steps": []} for row in found.values("claim_id", "version_id", "amount", **sums)}
    versions = ItemVersion.objects.in_bulk({row["version_id"] for row in answers.values()})
    needs = []
    for rows in agendas:
        wanted: dict[int, int] = defaultdict(int)
        for row in rows:
            answer = answers.get(row.claim.pk)
            if not row.granted or answer is None:
                continue
            parts = payer_parts(row.claim, versions[answer["version_id"]], answer)
            whole, left = sum(part.fen for part in parts), to_fen(row.granted)
            for at, part in enumerate(parts, start=1):
                own = left if at == len(parts) else to_fen(row.granted) * part.fen // whole
                left -= own
                line = line_that_pays(lines, part.region_id, row.claim.region_id, row.claim.item.code)
                if line is not None:
                    wanted[line.pk] += own
        by_pk = {line.pk: line for line in lines}
        needs.append([BudgetNeed(by_pk[pk], to_yuan(fen), available[pk]) for pk, fen in sorted(wanted.items())])
    return needs
