"""Sums shared out to the fen: among claims by their city ceilings, among districts by factors. Pure; whole fen, exact.

Sources: wx2020 article 1 (the city bears at most a share of each sum, the district the rest; the city's funds go to
the districts by the factor method).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

from policies.engine.shortage import share_by_largest_remainder
from policies.engine.split import city_part


class AllocationError(ValueError):
    """Factors that cannot be computed with. The message is Chinese and says what to do; `place` is where, if known.

    A place is the number of the factor, and what of it: `[1].values.320205`.
    """

    def __init__(self, message: str, place: str = "") -> None:
        self.place = place
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class PayerParts:
    """Who bears how much of one sum, in fen."""

    city: int
    district: int


def split_claims(claims: Sequence[tuple[int, Fraction | None]], pool: int | None = None) -> list[PayerParts]:
    """City and district parts of claims, each a sum in fen and the city's ceiling (None: the city bears nothing).

    The city part is the ceiling of the sum, cut down to the fen. A `pool` in fen that is smaller than all city parts
    is shared in proportion to them by largest remainder, so that no part passes its ceiling; the district takes
    every rest.
    """
    city = [city_part(fen, ceiling) if ceiling is not None else 0 for fen, ceiling in claims]
    if pool is not None and sum(city) > pool:
        city = share_by_largest_remainder(pool, city)
    return [PayerParts(part, fen - part) for (fen, _), part in zip(claims, city, strict=True)]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of the factor method: its weight (all weights add up to 1) and a value for each district's code."""

    name: str
    weight: Fraction
    values: Mapping[str, Fraction]


def allocate(pool: int, factors: Sequence[Factor]) -> dict[str, int]:
    """A pool in fen shared among districts by factors; the shares by code, in the order of the codes.

    A factor that is zero everywhere gives its weight to the others in proportion to theirs. What cutting down leaves
    goes by the largest remainder, ties to the lower code. Raises AllocationError for weights that do not add up to 1,
    for values below zero, for factors of different districts, and where nothing is above zero.
    """
    if not factors:
        raise AllocationError("没有因素，请至少写一个。")
    if len({factor.name for factor in factors}) < len(factors):
        raise AllocationError("因素名称重复，请改成不同的名称。")
    for at, factor in enumerate(factors):
        if factor.weight < 0:
            raise AllocationError("权重不能为负数。", f"[{at}].weight")
    if (weight := sum((factor.weight for factor in factors), Fraction(0))) != 1:
        stated, percent = (_decimal(weight * times) for times in (1, 100))
        raise AllocationError(f"各因素的权重之和应为 1（100%），现为 {stated}（{percent}%），请改正权重。")
    codes = sorted(factors[0].values)
    for at, factor in enumerate(factors):
        if differing := sorted(set(codes) ^ set(factor.values)):
            names = "、".join(differing[:5])
            raise AllocationError(
                f"因素“{factor.name}”的地区与其他因素不一致（{names}），请逐一补齐。", f"[{at}].values"
            )
        below = next((code for code, value in factor.values.items() if value < 0), None)
        if below is not None:
            raise AllocationError(f"因素“{factor.name}”的数值不能为负数。", f"[{at}].values.{below}")
    # In whole numbers, as fractions are slow: each factor's values and then all units over a common denominator.
    columns: list[tuple[list[int], Fraction]] = []
    for factor, weight in zip(factors, effective_weights(factors), strict=True):
        if weight:
            scale = lcm(*(value.denominator for value in factor.values.values()))
            values = [int(factor.values[code] * scale) for code in codes]
            columns.append((values, weight / sum(values)))
    if not columns:
        raise AllocationError("所有有权重的因素均为零，无法分配。")
    whole = lcm(*(unit.denominator for _, unit in columns))
    scaled = [(values, int(unit * whole)) for values, unit in columns]
    scores = [sum(values[at] * unit for values, unit in scaled) for at in range(len(codes))]
    return dict(zip(codes, share_by_largest_remainder(pool, scores), strict=True))


def _decimal(value: Fraction) -> str:
    return f"{Decimal(value.numerator) / value.denominator:.14f}".rstrip("0").rstrip(".")


def effective_weights(factors: Sequence[Factor]) -> list[Fraction]:
    """The factors' weights, those of factors that are zero everywhere given to the others in proportion to theirs."""
    acting = [factor.weight if any(factor.values.values()) else Fraction(0) for factor in factors]
    whole = sum(acting)
    return [weight / whole if whole else Fraction(0) for weight in acting]
