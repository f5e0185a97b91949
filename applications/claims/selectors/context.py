"""A claim read once: what its checks, its question to the engine and its decision work on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from applications.claims.models import Claim, ClaimLine, Evidence
from applications.claims.selectors.scope import item_of
from policies.engine.model import Item
from policies.facts.values import FactsReading, facts_of, read_facts
from policies.published.models import ItemVersion
from policies.published.selectors import item_version_for
from policies.rates.models import DistrictRate
from policies.rates.selectors import UNIT_AMOUNT, Rates, takes_unit_amount
from portal.core.statements import A_KEY, Lookup

_files = Lookup(lambda claim: Evidence.objects.filter(claim_id=claim).select_related("file", "line"), A_KEY)
_lines = Lookup(lambda claim: ClaimLine.objects.filter(claim_id=claim).order_by("position"), A_KEY)


@dataclass(slots=True)
class LineState:
    """One line as the form and the checks see it: the stored line, its number on the page, its facts as read.

    `title` is what it is about, such as the patent's number; "" while that is not known.
    """

    line: ClaimLine
    number: int
    reading: FactsReading
    evidence: list[Evidence] = field(default_factory=list)
    title: str = ""

    @property
    def prefix(self) -> str:
        """What the names of the line's controls begin with."""
        return f"l{self.line.pk}"


@dataclass(frozen=True, slots=True)
class ClaimContext:
    """A claim with the rules it stands under, its lines in order, its files, and its district's rates.

    `evidence` are the files that stand, `removed` those that were taken off.
    """

    claim: Claim
    item: Item
    lines: tuple[LineState, ...]
    evidence: tuple[Evidence, ...]
    removed: tuple[Evidence, ...]
    rates: Rates
    _versions: dict[date, ItemVersion | None] = field(default_factory=dict, repr=False)

    @property
    def whole(self) -> FactsReading:
        """The facts that are stated once for the whole claim."""
        return read_facts(facts_of(self.item, "claim"), self.claim.facts)

    @property
    def files_of_whole(self) -> list[Evidence]:
        """The files that belong to no line."""
        return [evidence for evidence in self.evidence if evidence.line_id is None]

    @property
    def labels(self) -> dict[str, str]:
        """The facts' labels by name."""
        return {fact.name: fact.label for fact in self.item.facts}

    def version_on(self, day: date) -> ItemVersion | None:
        """The version of the rules in force on a day, read once for each day; None where there is none."""
        if day not in self._versions:
            self._versions[day] = item_version_for(self.claim.item, day)
        return self._versions[day]

    def under_present_version(self) -> ClaimContext:
        """The same rows read by the rules of the version that the claim has now."""
        item = item_of(self.claim)
        if item is self.item:
            return self
        rows = [state.line for state in self.lines]
        return replace(self, item=item, lines=_read_lines(item, rows, self.evidence, self.rates))


def read_claim(claim: Claim) -> ClaimContext:
    """Read a claim's lines and files. Two queries, and one for the district's rates once they are needed."""
    return _context(claim, _files.of(claim, "claim"), _lines.of(claim, "claim"))


def read_claims(claims: Collection[Claim]) -> dict[int, ClaimContext]:
    """The same of several claims by key, with as many queries as of one."""
    by_key = {claim.pk: claim for claim in claims}
    files: dict[int, list[Evidence]] = {pk: [] for pk in by_key}
    for file in Evidence.objects.filter(claim__in=by_key).select_related("file", "line"):
        file.claim = by_key[file.claim_id]
        files[file.claim_id].append(file)
    lines: dict[int, list[ClaimLine]] = {pk: [] for pk in by_key}
    for line in ClaimLine.objects.filter(claim__in=by_key).order_by("position"):
        line.claim = by_key[line.claim_id]
        lines[line.claim_id].append(line)
    return {pk: _context(claim, files[pk], lines[pk]) for pk, claim in by_key.items()}


def _context(claim: Claim, files: Sequence[Evidence], lines: Iterable[ClaimLine]) -> ClaimContext:
    item, rates = item_of(claim), Rates(claim.item_id, claim.region)
    standing = tuple(file for file in files if file.removed_at is None)
    states = _read_lines(item, lines, standing, rates)
    return ClaimContext(claim, item, states, standing, tuple(file for file in files if file.removed_at), rates)


def _read_lines(
    item: Item, rows: Iterable[ClaimLine], evidence: Iterable[Evidence], rates: Rates
) -> tuple[LineState, ...]:
    by_line: dict[int | None, list[Evidence]] = {}
    for file in evidence:
        by_line.setdefault(file.line_id, []).append(file)
    facts, takes_unit = facts_of(item), takes_unit_amount(item)
    states = []
    for number, line in enumerate(rows, start=1):
        reading = read_facts(facts, line.facts)
        day = as_of_day(item, reading)
        if takes_unit and day is not None:
            _state_unit_amount(reading, rates.on(day))
        title = str(reading.values.get(item.subject) or "") if item.subject else ""
        states.append(LineState(line, number, reading, by_line.get(line.pk, []), title))
    return tuple(states)


def _state_unit_amount(reading: FactsReading, rate: DistrictRate | None) -> None:
    """What the district has set goes before what was typed, and need not be typed."""
    if rate is not None and rate.unit_amount is not None:
        reading.values[UNIT_AMOUNT] = str(rate.unit_amount)
        reading.errors.pop(UNIT_AMOUNT, None)
        reading.missing.pop(UNIT_AMOUNT, None)


def as_of_day(item: Item, reading: FactsReading) -> date | None:
    """The day of a line that picks the version of the rules; None where the item has none or it cannot be read."""
    value: Any = reading.values.get(item.as_of) if item.as_of else None
    return date.fromisoformat(value) if value and item.as_of not in reading.errors else None
