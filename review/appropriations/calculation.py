"""Reading an allocation's frozen inputs, and its calculation step by step, all by the one pure function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from portal.core.errors import RefusedError
from review.funding.allocation import AllocationError, Factor, allocate, effective_weights


def read_factors(inputs: Sequence[Mapping[str, Any]]) -> list[Factor]:
    """The factors of an allocation's inputs."""
    return [
        Factor(
            each["name"],
            Fraction(each["weight"]) / 100,
            {code: Fraction(value) for code, value in each["values"].items()},
        )
        for each in inputs
    ]


def shares_of(pool: int, inputs: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The pool in fen by district. Raises RefusedError for factors that cannot be computed with."""
    try:
        return allocate(pool, read_factors(inputs))
    except AllocationError as error:
        raise RefusedError(str(error)) from None


@dataclass(frozen=True, slots=True)
class Row:
    """A district's calculation: its value of each factor, what each factor contributes to its ratio, its share.

    Ratios are exact; `share` is fen, `ratio` the district's part of the pool before it is cut to the fen.
    """

    code: str
    values: tuple[Decimal, ...]
    contributions: tuple[Fraction, ...]
    ratio: Fraction
    share: int


def calculation(pool: int, inputs: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The calculation of every district, in the order of their codes. Raises RefusedError as `shares_of` does."""
    shares = shares_of(pool, inputs)
    factors = read_factors(inputs)
    weights = effective_weights(factors)
    rows = []
    for code, share in shares.items():
        parts = tuple(
            weight * factor.values[code] / sum(factor.values.values()) if weight else Fraction(0)
            for factor, weight in zip(factors, weights, strict=True)
        )
        values = tuple(Decimal(each["values"][code]) for each in inputs)
        rows.append(Row(code, values, parts, sum(parts, Fraction(0)), share))
    return rows


def percent(ratio: Fraction, places: int = 4) -> str:
    """A ratio as `12.3457%`, rounded for show."""
    scaled = round(ratio * 100 * 10**places)
    return f"{Decimal(scaled).scaleb(-places)}%"
