"""One simulation from its row to its figures: claims are read or made, computed under both sets of rules, compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from policies.engine import Catalogue
from policies.engine.batch import KINDS, SIZES, Arranged, arranged, generate, simulate
from policies.engine.limits.registry import read_limit
from review.whatif.aggregates import Bools, Claims, Side, compare, movers
from review.whatif.enums import Source
from review.whatif.models import SimulationRun
from review.whatif.population_builder import UncountableError
from review.whatif.rules import Rules, catalogue_hash, ever_holds, sides_of
from review.whatif.selectors import TARGET, catalogue_in_force
from review.whatif.stored_claims import StoredClaims, read_stored_claims

Progress = Callable[[int, int], None]

# Parts of the whole that the steps take, in per cent: reading or making the claims, then one pass for each side.
_SHARES = (20, 60, 100)


class LawChangedError(Exception):
    """The rules in force are no longer those that the simulation was asked against. The message is for people."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came out: figures for the report, and the claims whose sum changes most."""

    results: dict[str, Any]
    movers: list[list[Any]]


def run_simulation(run: SimulationRun, *, progress: Progress = lambda _done, _total: None) -> Simulated:
    """Compute a run. `progress` is called with per cent done, and may raise to stop.

    Raises LawChangedError where other rules are published by now than when the run was asked, UncountableError where
    nothing can be claimed, UnsupportedRuleError for rules that the vectorised engine cannot follow.
    """
    published = catalogue_in_force()
    if catalogue_hash(published) != run.rules["law"]:
        raise LawChangedError("排队期间现行政策有新的发布，请按新的现行政策重新发起。")
    sides = sides_of(published, Rules.from_json(run.rules))
    if run.source == Source.STORED:
        stored = read_stored_claims(
            [sides.before, sides.after],
            city_code=run.city_id,
            progress=lambda done, total: progress(_SHARES[0] * done // total, 100),
        )
        population, claims, chosen = stored.population, stored.claims, _chosen(stored, run.scope, sides.making)
    else:
        stored, chosen = None, None
        items = items_of(sides.making, run.scope)
        if not items:
            raise UncountableError("所选文件没有在施行的事项，无法生成模拟申报。请换一份文件，或按施行测算征求意见稿。")
        population = arranged(generate(sides.making, run.scope["size"], seed=run.scope["seed"], items=items))
        claims = _claims_of(population)
        progress(_SHARES[0], 100)
    before = _side(sides.before, population, chosen, lambda done, total: progress(_percent(0, done, total), 100))
    after = before
    if run.rules["replaced"] or run.rules["removed"]:
        after = _side(sides.after, population, chosen, lambda done, total: progress(_percent(1, done, total), 100))
    if chosen is not None:
        claims = claims.taken(chosen)
    results = compare(claims, before, after)
    results["names"] = _names(sides.making, claims.items)
    results["words"] = {
        "reasons": _reason_words((sides.before, sides.after), results["reasons"]),
        "groups": _only_named(_group_words((sides.before, sides.after)), results),
    }
    if stored is not None and chosen is not None:
        results["stored"] = _reconciled(stored, chosen, before)
    return Simulated(results, movers(claims, before, after))


def _percent(side: int, done: int, total: int) -> int:
    start, end = _SHARES[side], _SHARES[side + 1]
    return min(start + (end - start) * done // total, end) if total else end


def _side(catalogue: Catalogue, population: Arranged, chosen: Bools | None, progress: Progress) -> Side:
    # The simulation itself, with every line's sum and every bucket, is let go before the other side is computed.
    return Side.of(simulate(catalogue, population, progress=progress), chosen)


def items_of(catalogue: Catalogue, scope: dict[str, Any]) -> list[str]:
    """Ids of the items that a made population claims: of the chosen documents what holds on some day, but no target."""
    wanted = set(scope["documents"])
    return [
        item_id
        for item_id, versions in catalogue.items.items()
        if versions[-1].kind != TARGET and ever_holds(versions) and (not wanted or versions[-1].document_id in wanted)
    ]


def _claims_of(made: Arranged) -> Claims:
    """A made population's claims, known by their places in the order of filing."""
    size, population = len(made), made.population
    regions = population.regions
    region = population.region
    if size and int(region.min()) < 0:
        regions, region = (*regions, ""), np.where(region < 0, len(regions), region)
    return Claims(
        ids=made.filed + 1,
        item=population.item,
        region=region,
        size=population.size if population.size is not None else np.zeros(size, dtype=np.int8),
        kind=population.kind,
        call=np.zeros(size, dtype=np.int8),
        day=population.on,
        year=population.years(),
        items=population.item_codes,
        regions=regions,
        sizes=SIZES,
        kinds=KINDS,
        calls=("",),
    )


def _chosen(stored: StoredClaims, scope: dict[str, Any], catalogue: Catalogue) -> Bools:
    """Which of a city's claims the report is about. All are computed: they share limits with the others."""
    claims = stored.claims
    chosen = np.ones(len(claims), dtype=bool)
    if scope["years"]:
        chosen &= np.isin(claims.year, scope["years"])
    if scope["regions"]:
        chosen &= np.isin(claims.region, [at for at, code in enumerate(claims.regions) if code in scope["regions"]])
    if scope["documents"]:
        own = [
            at
            for at, item_id in enumerate(claims.items)
            if item_id in catalogue.items and catalogue.items[item_id][-1].document_id in scope["documents"]
        ]
        chosen &= np.isin(claims.item, own)
    return chosen


def _names(catalogue: Catalogue, item_ids: tuple[str, ...]) -> dict[str, list[str]]:
    """`[title, document's id, document's short title]` of each item, as the rules then had them."""
    found = {}
    for item_id in item_ids:
        item = catalogue.items[item_id][-1]
        found[item_id] = [item.title, item.document_id, item.content["document"]["short_title"]]
    return found


def _reason_words(catalogues: Sequence[Catalogue], reasons: list[list[Any]]) -> dict[str, str]:
    """What the codes of an item's own reasons mean, by `item|code`: a condition's words or a limit's name."""
    found = {}
    for item_id, code, *_ in reasons:
        for item in (item for catalogue in catalogues for item in catalogue.items[item_id]):
            for condition in item.conditions:
                if condition.code == code:
                    found[f"{item_id}|{code}"] = condition.text
            for limit in item.limits:
                if limit["code"] == code:
                    found[f"{item_id}|{code}"] = read_limit(limit).short_name()
    return found


def _group_words(catalogues: Sequence[Catalogue]) -> dict[str, str]:
    """What limits are called: quotas by their group, ceilings by `group|code`; a shared one says how many share it."""
    shared: dict[str, dict[str, str]] = {}
    for catalogue in catalogues:
        for versions in catalogue.items.values():
            item = versions[-1]
            for limit in item.limits:
                group, code = limit.get("group"), limit["code"]
                for key in (group or f"{item.id}:{code}", f"{group or item.id}|{code}"):
                    shared.setdefault(key, {})[item.title] = read_limit(limit).short_name()
    found = {}
    for key, titles in shared.items():
        first, words = next(iter(titles.items()))
        found[key] = f"{first} 等 {len(titles)} 项 · {words}" if len(titles) > 1 else f"{first} · {words}"
    return found


def _only_named(words: dict[str, str], results: dict[str, Any]) -> dict[str, str]:
    """Of all words those for the limits that the results name."""
    named = {row[0] for row in results["quotas"]} | {f"{row[0]}|{row[1]}" for row in results["caps"]}
    return {key: words[key] for key in sorted(named & words.keys())}


def _reconciled(stored: StoredClaims, chosen: Bools, before: Side) -> dict[str, int]:
    """What was asked for, computed and granted of the same claims, in fen, beside what the simulation computes.

    `differing`: undecided claims whose sum under the rules in force is not the one last computed in the procedure.
    """
    undecided = stored.undecided[chosen]
    assessed = stored.assessed[chosen]
    return {
        "claimed": int(stored.claimed[chosen].sum()),
        "assessed": int(assessed.sum()),
        "approved": int(stored.approved[chosen].sum()),
        "undecided": int(undecided.sum()),
        "undecided_assessed": int(assessed[undecided].sum()),
        "undecided_simulated": int(before.paid[undecided].sum()),
        "differing": int((assessed[undecided] != before.paid[undecided]).sum()),
    }
