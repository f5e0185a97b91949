"""The split of a sum between city and district: its keys, words, and arithmetic for one claim and for columns.

The city bears at most a ratio of the sum, and the district the rest (wx2020 article 1: 市级资金不高于 60%). The city's
part is cut down to the fen under every reading: `fen_floor: false` rounds the sums that rules compute, never a part
of a sum, as a part rounded up would pass the ratio (conventions city_60_floor and fen_floor). All sums in whole fen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from policies.engine import checks
from policies.engine.assessment import Reason
from policies.engine.checks import one_of
from policies.engine.columns.arithmetic import share_down
from policies.engine.columns.population import IntArray
from policies.engine.context import Context
from policies.engine.model import Content
from policies.engine.money import money_text, parse_ratio, part_down, ratio_text
from policies.engine.trace import Entry, Note

REQUIRED = {"city": checks.ratio_above_zero, "rest": one_of(("district",)), "round": one_of(("down",))}
OPTIONAL = {"cite": checks.text}
# The reading that acts on a split: once on the claim's total, or on each item's sum.
ON_TOTAL = "split_on_claim_total"


def city_part(fen: int, ratio: Fraction) -> int:
    """The most that the city may bear of a sum."""
    return part_down(fen, ratio)


@dataclass(frozen=True, slots=True)
class Split:
    """One item's split under its readings: the city's highest ratio, and on what it is taken."""

    ratio: Fraction
    on_total: bool
    note: Note
    requested: Note
    refused: Note

    def columns(self, sums: IntArray) -> tuple[IntArray, IntArray]:
        """City and district parts of one sum a claim; with one item a claim both readings are the same."""
        city = share_down(sums, self.ratio)
        return city, sums - city


class Parts(NamedTuple):
    """City and district parts with the step that names them, or the reason why the requested city part is refused."""

    city: int
    district: int
    entry: Entry | None = None
    refusal: Reason | None = None


def compile_split(spec: Content, context: Context) -> Split:
    """Compile an item's `split` under its readings."""
    cite = spec.get("cite")

    def highest(figures: tuple[Any, ...]) -> str:
        city, district, ratios = figures
        return f"市级资金不高于 {_named(ratios)}：市级 {money_text(city)}，区级 {money_text(district)}"

    def proposed(figures: tuple[Any, ...]) -> str:
        city, district = figures
        return f"按区级提出的市级资金 {money_text(city)}，区级 {money_text(district)}"

    def too_much(figures: tuple[Any, ...]) -> str:
        asked, most, ratios = figures
        return f"提出的市级资金 {money_text(asked)}超过上限 {_named(ratios)}，即 {money_text(most)}"

    return Split(
        ratio=parse_ratio(spec["city"]),
        on_total=bool(context.settings.get(ON_TOTAL, True)),
        note=context.note("SPLIT", highest, cite=cite),
        requested=context.note("SPLIT", proposed, cite=cite),
        refused=context.note("CITY_SHARE", too_much, cite=cite),
    )


def divide(shared: Sequence[tuple[Split, int]], requested: int | Fraction | None = None) -> Parts:
    """City and district parts of a claim: each item that is split, with its sum.

    `requested` is the city part that the district proposes, as fen or as a ratio of the total; one above the highest
    is refused. The reading of the first item says whether the city's part is cut down once or item by item.
    """
    if len(shared) == 1 and requested is None:
        # By far the most claims: the rule below in few steps.
        rule, total = shared[0]
        if not total:
            return Parts(0, 0)
        ratio = rule.ratio
        city = part_down(total, ratio)
        district = total - city
        return Parts(city, district, (rule.note, (city, district, (ratio,)), total, True, 0))
    rule, total = shared[0][0], sum(fen for _, fen in shared)
    if not total:
        return Parts(0, 0)

    def cut_down(sums: Sequence[tuple[Fraction, int]]) -> int:
        if rule.on_total and len(sums) > 1:
            return int(sum((ratio * fen for ratio, fen in sums), Fraction(0)))
        return sum(city_part(fen, ratio) for ratio, fen in sums)

    most = cut_down([(split.ratio, fen) for split, fen in shared])
    ratios = tuple(split.ratio for split, _ in shared)
    if requested is None:
        return Parts(most, total - most, entry=(rule.note, (most, total - most, ratios), total, True, 0))
    if isinstance(requested, Fraction):
        city = cut_down([(requested, fen) for _, fen in shared])
        is_refused = requested * total > sum(split.ratio * fen for split, fen in shared)
    else:
        city, is_refused = requested, requested > most
    if is_refused:
        return Parts(0, 0, refusal=(rule.refused, (city, most, ratios), 0))
    city = min(city, most)
    return Parts(city, total - city, entry=(rule.requested, (city, total - city), total, True, 0))


def _named(ratios: Sequence[Fraction]) -> str:
    return "、".join(dict.fromkeys(ratio_text(ratio) for ratio in ratios))


def sentence(spec: Mapping[str, Any]) -> str:
    """The split in plain words."""
    return f"市级资金不高于 {ratio_text(parse_ratio(spec['city']))}，其余由区级承担"
