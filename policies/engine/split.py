"""The split of a sum between its payers: its keys, words, and arithmetic for one claim and for columns.

The city bears at most a ratio of the sum, a province and a town each a ratio where the document says so, and the
district the rest (wx2020 article 1: 市级资金不高于 60%). The city's
part is cut down to the fen under every reading: `fen_floor: false` rounds the sums that rules compute, never a part
of a sum, as a part rounded up would pass the ratio (conventions city_60_floor and fen_floor). All sums in whole fen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from policies.engine import checks
from policies.engine.assessment import Reason
from policies.engine.checks import one_of
from policies.engine.columns.arithmetic import share_down
from policies.engine.columns.population import IntArray
from policies.engine.context import Context
from policies.engine.model import Content
from policies.engine.money import money_text, parse_ratio, part_down, ratio_text
from policies.engine.problems import Fault, Place, problem_code
from policies.engine.trace import Entry, Note

REQUIRED = {"city": checks.ratio_above_zero, "rest": one_of(("district",)), "round": one_of(("down",))}
OPTIONAL = {"province": checks.ratio_above_zero, "town": checks.ratio_above_zero, "cite": checks.text}
# Who may pay besides city and district, in the order in which they are named.
OTHERS = {"province": "省级", "town": "乡镇（街道）"}
TOO_MUCH = problem_code(
    "split_above_all",
    "各级承担比例之和超过 100%",
    "请减小 city、province 或 town",
    form="各级承担比例之和不能超过 100%，请改小。",
)
# The reading that acts on a split: once on the claim's total, or on each item's sum.
ON_TOTAL = "split_on_claim_total"


def city_part(fen: int, ratio: Fraction) -> int:
    """The most that the city may bear of a sum."""
    return part_down(fen, ratio)


@dataclass(frozen=True, slots=True)
class Split:
    """One item's split under its readings: the city's highest ratio, on what it is taken, and what others bear."""

    ratio: Fraction
    on_total: bool
    note: Note
    requested: Note
    refused: Note
    others: tuple[tuple[str, Fraction], ...] = ()

    def columns(self, sums: IntArray) -> tuple[IntArray, IntArray]:
        """City and district parts of one sum a claim; with one item a claim both readings are the same."""
        city = share_down(sums, self.ratio)
        district = sums - city
        for _, ratio in self.others:
            district = district - share_down(sums, ratio)
        return city, district


@dataclass(slots=True)
class Parts:
    """City and district parts with the step that names them, or the reason why the requested city part is refused."""

    city: int
    district: int
    entry: Entry | None = None
    refusal: Reason | None = None
    others: tuple[tuple[str, int], ...] = ()


def compile_split(spec: Content, context: Context) -> Split:
    """Compile an item's `split` under its readings."""
    cite = spec.get("cite")

    def highest(figures: tuple[Any, ...]) -> str:
        city, district, ratios, others = figures
        sums = f"市级 {money_text(city)}，区级 {money_text(district)}{_others_in_words(others)}"
        return f"市级资金不高于 {_named(ratios)}：{sums}"

    def proposed(figures: tuple[Any, ...]) -> str:
        city, district, others = figures
        return f"按区级提出的市级资金 {money_text(city)}，区级 {money_text(district)}{_others_in_words(others)}"

    def too_much(figures: tuple[Any, ...]) -> str:
        asked, most, ratios = figures
        return f"提出的市级资金 {money_text(asked)}超过上限 {_named(ratios)}，即 {money_text(most)}"

    return Split(
        ratio=parse_ratio(spec["city"]),
        on_total=bool(context.settings.get(ON_TOTAL, True)),
        note=context.note("SPLIT", highest, cite=cite),
        requested=context.note("SPLIT", proposed, cite=cite),
        refused=context.note("CITY_SHARE", too_much, cite=cite),
        others=tuple((name, parse_ratio(spec[name])) for name in OTHERS if name in spec),
    )


def divide(shared: Sequence[tuple[Split, int]], requested: int | Fraction | None = None) -> Parts:
    """City and district parts of a claim: each item that is split, with its sum.

    `requested` is the city part that the district proposes, as fen or as a ratio of the total; one above the highest
    is refused. The reading of the first item says whether the city's part is cut down once or item by item.
    """
    if len(shared) == 1 and requested is None and not shared[0][0].others:
        # By far the most claims: the rule below in few steps.
        rule, total = shared[0]
        if not total:
            return Parts(0, 0)
        ratio = rule.ratio
        city = part_down(total, ratio)
        district = total - city
        return Parts(city, district, (rule.note, (city, district, (ratio,), ()), total, True, 0))
    rule, total = shared[0][0], sum(fen for _, fen in shared)
    if not total:
        return Parts(0, 0)

    def cut_down(sums: Sequence[tuple[Fraction, int]]) -> int:
        if rule.on_total and len(sums) > 1:
            return int(sum((ratio * fen for ratio, fen in sums), Fraction(0)))
        return sum(city_part(fen, ratio) for ratio, fen in sums)

    most = cut_down([(split.ratio, fen) for split, fen in shared])
    ratios = tuple(split.ratio for split, _ in shared)
    others = _others(shared)
    rest = total - sum(fen for _, fen in others)
    if requested is None:
        entry = (rule.note, (most, rest - most, ratios, others), total, True, 0)
        return Parts(most, rest - most, entry=entry, others=others)
    if isinstance(requested, Fraction):
        city = cut_down([(requested, fen) for _, fen in shared])
        is_refused = requested * total > sum(split.ratio * fen for split, fen in shared)
    else:
        city, is_refused = requested, requested > most
    if is_refused:
        return Parts(0, 0, refusal=(rule.refused, (city, most, ratios), 0))
    city = min(city, most)
    asked_for: Entry = (rule.requested, (city, rest - city, others), total, True, 0)
    return Parts(city, rest - city, entry=asked_for, others=others)


def _others(shared: Sequence[tuple[Split, int]]) -> tuple[tuple[str, int], ...]:
    """What payers besides city and district bear of all items, in fen, each part cut down."""
    found: dict[str, int] = {}
    for split, fen in shared:
        for name, ratio in split.others:
            found[name] = found.get(name, 0) + part_down(fen, ratio)
    return tuple((name, found[name]) for name in OTHERS if name in found)


def _others_in_words(others: Sequence[tuple[str, int]]) -> str:
    return "".join(f"，{OTHERS[name]} {money_text(fen)}" for name, fen in others)


def problems(spec: Mapping[str, Any]) -> Iterator[tuple[Place, Fault]]:
    """No more is borne than there is."""
    if sum(parse_ratio(spec[name]) for name in ("city", *OTHERS) if name in spec) > 1:
        yield ("city",), TOO_MUCH.fault()


def _named(ratios: Sequence[Fraction]) -> str:
    return "、".join(dict.fromkeys(ratio_text(ratio) for ratio in ratios))


def sentence(spec: Mapping[str, Any]) -> str:
    """The split in plain words."""
    others = "".join(f"，{OTHERS[name]}承担 {ratio_text(parse_ratio(spec[name]))}" for name in OTHERS if name in spec)
    return f"市级资金不高于 {ratio_text(parse_ratio(spec['city']))}{others}，其余由区级承担"
