"""Made populations: the same claims for the same arguments, whatever else is in the catalogue.

Ordinary ones look like a city's: many applicants with few claims, a few with many; sums between a hundredth and three
times what the rules name; claims filed in the order of their days. Edge ones sit on the rules' own thresholds, with
facts left out, wrong kinds and regions, several lines, equal ones, and few applicants, so that every ledger fills up.
Chance is drawn as whole numbers: a population holds no float, and no sum passes through one.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from policies.engine.batch.edges import Edges, edges_of
from policies.engine.batch.facts import Drawer
from policies.engine.catalogue import Catalogue
from policies.engine.columns.lines import take_lines
from policies.engine.columns.population import KINDS, SIZES, Column, IntArray, LineTable, Population, Rows
from policies.engine.model import Item
from policies.engine.operations.registry import read_operations
from policies.engine.scopes import OF_SUBJECTS, SUBJECT, SUBJECT_YEAR

# How often items of a kind are claimed, against each other.
_WEIGHTS = {"per_item": 40, "per_person": 10, "ratio_of_interest": 10, "ratio_of_premium": 10, "ratio_of_cost": 10}
_OTHER_WEIGHT = 4
_KIND_WEIGHTS = {"enterprise": 70, "individual": 12, "university": 6, "institution": 4, "agency": 4}
_SIZE_WEIGHTS = (5, 45, 30, 15, 5)
_ELSEWHERE = ("北京", "110000")
_SUBJECTS_EACH = 48
_LEDGERS = (
    "same_year",
    "lifetime",
    "programme_year",
    "lower_tier",
    "other_policy",
    "district_year",
    "rolling",
    "group_year",
)


def generate(
    catalogue: Catalogue,
    size: int,
    *,
    seed: int,
    take_up: int = 100,
    items: Sequence[str] | None = None,
    edge: bool = False,
) -> Population:
    """Make `size` claims over the catalogue, or over `items` (ids; KeyError for one it does not have).

    `take_up` is the percentage of these claims that are filed: those filed at 40 % are among those at 60 %. `edge`
    draws facts from the rules' own thresholds and lets claims state sums paid before, places and findings.
    """
    asked = [catalogue.items[name] for name in (items if items is not None else catalogue.items)]
    shares = _shares(size, [_WEIGHTS.get(versions[-1].kind, _OTHER_WEIGHT) for versions in asked])
    chosen = [(versions, share) for versions, share in zip(asked, shares, strict=True) if share]
    regions = _Regions(item for versions in catalogue.items.values() for item in versions)
    parts = [_Part(versions, share, _Scene(size, regions, edge=edge), seed=seed) for versions, share in chosen]
    return _assemble(parts, regions, seed=seed, take_up=take_up, edge=edge)


def _shares(size: int, weights: list[int]) -> list[int]:
    """`size` divided by weights in whole numbers that add up to it."""
    total, before, found = sum(weights), 0, []
    for weight in weights:
        after = before + weight
        found.append(size * after // total - size * before // total)
        before = after
    return found


class _Regions:
    """The names of all documents' areas, and which of them each document covers."""

    def __init__(self, items: Iterable[Item]) -> None:
        areas: dict[str, tuple[str, ...]] = {}
        for item in items:
            document = item.content["document"]
            areas[document["id"]] = tuple(document["areas"])
        everywhere = dict.fromkeys(name for names in areas.values() for name in names)
        self.names: tuple[str, ...] = (*everywhere, *_ELSEWHERE)
        anywhere = tuple(range(len(everywhere) or len(self.names)))
        self.of_document = {
            name: tuple(self.names.index(area) for area in area_names) or anywhere for name, area_names in areas.items()
        }


@dataclass(frozen=True, slots=True)
class _Scene:
    size: int
    regions: _Regions
    edge: bool

    @property
    def most(self) -> int:
        """More applicants than any kind has in any region."""
        return self.size + 4 if self.edge else max(3, self.size // (2 * len(self.regions.names)))


class _Part:
    """The claims of one item, with numbers of their own until they are put in filing order."""

    def __init__(self, versions: list[Item], size: int, scene: _Scene, *, seed: int) -> None:
        self.item = item = versions[-1]
        self.steps = [step for version in versions for step in version.steps]
        self.facts = {fact.name: fact for version in versions for fact in version.facts}
        self.first_day = versions[0].effective_from
        self.size = size
        self.edge = scene.edge
        self.rng = np.random.Generator(np.random.PCG64([seed, zlib.crc32(item.id.encode())]))
        self.edges: Edges = edges_of(versions)
        self._draw_applicants(scene)
        self.on = np.sort(self._draw_days())
        self.table = self._draw_table()

    def chance(self, permille: int, size: int) -> IntArray:
        return self.rng.integers(0, 1000, size, dtype=np.int32) < permille

    def _pick(self, weights: Sequence[int], size: int) -> IntArray:
        """Positions drawn by weight."""
        bounds = np.cumsum(np.array(weights, dtype=np.int64))
        return np.searchsorted(bounds, self.rng.integers(0, bounds[-1], size), side="right")

    def _draw_applicants(self, scene: _Scene) -> None:
        size, rng, item = self.size, self.rng, self.item
        kinds = np.array([KINDS.index(kind) for kind in item.beneficiaries], dtype=np.int8)
        weights = [1 if scene.edge else _KIND_WEIGHTS.get(kind, 1) for kind in item.beneficiaries]
        self.kind = kinds[self._pick(weights, size)]
        covered = np.array(scene.regions.of_document[item.document_id], dtype=np.int16)
        self.region = covered[rng.integers(0, len(covered), size)]
        # Of two draws the lower, and now and then one of the first few: applicants with low numbers file more often.
        most = max(2, size // 6) if scene.edge else scene.most
        nth = np.minimum(rng.integers(0, most, size), rng.integers(0, most, size))
        nth[self.chance(200, size)] //= 50
        self.applicant = (self.region.astype(np.int64) * len(KINDS) + self.kind) * scene.most + nth
        self.size_class = 1 + self.applicant * 2_654_435_761 % (2**31) * (len(SIZES) - 1) // 2**31
        strays = self.chance(60 if scene.edge else 8, size)
        self.kind[strays] = rng.integers(0, len(KINDS), int(strays.sum()))
        strays = self.chance(80 if scene.edge else 8, size)
        self.region[strays] = rng.integers(-1, len(scene.regions.names), int(strays.sum()))

    def _draw_days(self) -> IntArray:
        """Days on which the claims are asked: within the effect of the rules, some before it or after."""
        rng, size = self.rng, self.size
        around = np.array(self.edges.days_around())
        if self.edge:
            return around[rng.integers(0, len(around), size)]
        first, last = self.days_of_effect()
        return rng.integers(first - 20, last + 20, size)

    def days_of_effect(self) -> tuple[int, int]:
        start = self.first_day
        first = start.toordinal() if start is not None else min(self.edges.days)
        end = self.item.effective_to
        return first, end.toordinal() if end is not None else first + 4 * 365

    def _draw_table(self) -> LineTable:
        size, rng = self.size, self.rng
        several = rng.integers(1, 5, size) * self.chance(400 if self.edge else 60, size)
        claim = np.repeat(np.arange(size, dtype=np.int32), np.maximum(several, 1))
        lines = len(claim)
        drawer = Drawer(self.item, self.edges, rng, self.days_of_effect(), lines=lines, edge=self.edge)
        count = None
        if self.edge:
            tried = np.array(self.edges.counts, dtype=np.int32)
            count = np.where(self.chance(400, lines), tried[rng.integers(0, len(tried), lines)], 1)
        elif any(step.aggregates for step in read_operations(self.steps)):
            count = rng.integers(1, 3 * max(self.edges.counts), lines, dtype=np.int32)
        subject = self._draw_subjects(claim)
        columns: dict[str, Column] = {}
        rows: dict[str, Rows] = {}
        for fact in self.facts.values():
            if fact.name not in (*self.edges.used, self.item.as_of) or fact.scope != "line":
                continue
            if fact.type == "rows":
                start = next(
                    (step["from"] for step in self.steps if step.get("rows") == fact.name and "from" in step), ""
                )
                rows[fact.name] = drawer.rows(fact, columns.get(start), lines)
            else:
                columns[fact.name] = drawer.column(fact, self.on[claim], lines)
        return LineTable(
            item=self.item.id,
            claim=claim,
            count=count,
            subject=subject,
            paid={SUBJECT.ledger: drawer.paid_before(subject)} if self.edge and subject is not None else {},
            columns=columns,
            rows=rows,
        )

    def _draw_subjects(self, claim: IntArray) -> IntArray | None:
        if self.item.subject is None:
            return None
        each = 3 if self.edge else _SUBJECTS_EACH
        subject = self.applicant[claim] * _SUBJECTS_EACH + self.rng.integers(0, each, len(claim))
        subject[self.chance(100 if self.edge else 2, len(claim))] = -1
        return subject


def _assemble(parts: list[_Part], regions: _Regions, *, seed: int, take_up: int, edge: bool) -> Population:
    """Put the claims of all items in filing order, and leave out those that are not filed."""
    rng = np.random.Generator(np.random.PCG64([seed, 0]))
    on = _joined([part.on for part in parts])
    order = np.argsort(on, kind="stable")
    filed = rng.integers(0, 100, len(on))[order] < take_up
    order = order[filed]
    rank = np.full(len(on), -1, dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    tables, begin = [], 0
    for part in parts:
        tables.append(_filed(part.table, rank[begin : begin + part.size]))
        begin += part.size
    item = np.repeat(np.arange(len(parts), dtype=np.int16), [part.size for part in parts])
    population = Population(
        tables=tuple(tables),
        item=item[order],
        applicant=_joined([part.applicant for part in parts])[order],
        kind=_joined([part.kind for part in parts])[order],
        region=_joined([part.region for part in parts])[order],
        regions=regions.names,
        on=on[order].astype(np.int32),
        size=_joined([part.size_class for part in parts])[order].astype(np.int8),
    )
    population = replace(population, companies=_companies(population.applicant))
    return _with_ledgers(population, parts, rng) if edge else population


def _companies(applicant: IntArray) -> IntArray:
    """The group of companies of each applicant: one in five belongs to one, of up to four."""
    return np.where(applicant % 5 == 0, applicant // 20, -1)


def _joined(arrays: list[IntArray]) -> IntArray:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int64)


def _filed(table: LineTable, rank: IntArray) -> LineTable:
    """The lines of filed claims, under the numbers these have in the population."""
    claim = rank[table.claim]
    if (claim < 0).any():
        where = np.flatnonzero(claim >= 0)
        return replace(take_lines(table, where), claim=claim[where])
    return replace(table, claim=claim)


def _with_ledgers(population: Population, parts: list[_Part], rng: np.random.Generator) -> Population:
    """Let some claims state sums paid before, one-offs, times, places, and conditions found missing."""
    size = len(population)

    def seldom(permille: int, values: IntArray) -> IntArray:
        return np.where(rng.integers(0, 1000, size) < permille, values, 0)

    fen = np.array(sorted({fen for part in parts for fen in part.edges.fen_around()}))
    paid = {name: seldom(120, fen[rng.integers(0, len(fen), size)]) for name in _LEDGERS}
    sets = _unmet_sets(parts)
    found = replace(
        population,
        paid=paid,
        once_group=rng.integers(0, 1000, size) < 20,
        times_before={"": seldom(40, rng.integers(1, 4, size))},
        rank=seldom(300, np.minimum(rng.integers(1, 60, size), rng.integers(1, 60, size))),
        unmet=np.where(rng.integers(0, 1000, size) < 60, rng.integers(0, len(sets), size), -1),
        unmet_sets=sets,
    )
    # Drawn last, so that everything before is what it was.
    yearly = {SUBJECT_YEAR.ledger: seldom(60, fen[rng.integers(0, len(fen), size)])}
    found = replace(found, paid=paid | yearly, ranked=seldom(700, rng.integers(1, 120, size)))
    return replace(found, tables=tuple(_often_paid(table, rng) for table in found.tables))


def _often_paid(table: LineTable, rng: np.random.Generator) -> LineTable:
    """The table with how often a few of its rights were paid before, the same on all of a claim's lines on one."""
    if table.subject is None:
        return table
    often = np.maximum(rng.integers(-40, 4, (len(OF_SUBJECTS), 97)), 0)
    drawn = (table.subject.astype(np.int64) + table.claim) % 97
    return replace(table, times={name: own[drawn] for name, own in zip(OF_SUBJECTS, often, strict=True)})


def _unmet_sets(parts: list[_Part]) -> tuple[tuple[str, ...], ...]:
    """Conditions by code and by words, priorities among them, and one that no item knows."""
    named = [c[key] for part in parts for c in part.item.content["conditions"] for key in ("code", "text")]
    known = list(dict.fromkeys(named))[:200]
    return (("OTHER",), *((name,) for name in known), *((name, "OTHER") for name in known[:20]))
