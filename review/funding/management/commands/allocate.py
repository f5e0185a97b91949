"""`manage.py allocate`: a pool and factors in, each district's share out, one JSON document a line."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from policies.engine.money import parse_number, parse_ratio, yuan_plain
from portal.core.json_lines import JsonLinesCommand, LineError
from review.funding.allocation import AllocationError, Factor, allocate
from review.funding.management.commands.split import known_keys, read_sum


def _read(parse: Callable[[object], Fraction], value: object, field: str) -> Fraction:
    try:
        return parse(value)
    except ValueError as error:
        raise LineError(field, str(error)) from None


def _read_factor(factor: object, field: str) -> Factor:
    if not isinstance(factor, dict):
        raise LineError(field, '应为对象，如 {"name": "grants", "weight": "0.6", "values": {"320205": "10"}}')
    known_keys(factor, ("name", "weight", "values"), f"{field}.")
    name, values = factor.get("name"), factor.get("values")
    if not isinstance(name, str) or not name.strip():
        raise LineError(f"{field}.name", "请写明因素的名称")
    if not isinstance(values, dict) or not values:
        raise LineError(f"{field}.values", '请写明各地区的数值，如 {"320205": "10"}')
    if not all(code.strip() for code in values):
        raise LineError(f"{field}.values", "地区代码不能为空，请写明代码，如 320205")
    return Factor(
        name,
        _read(parse_ratio, factor.get("weight"), f"{field}.weight"),
        {code: _read(parse_number, value, f"{field}.values.{code}") for code, value in values.items()},
    )


def shares_of(question: dict[str, Any]) -> dict[str, Any]:
    """The shares of one question. Raises LineError for what cannot be read or shared."""
    known_keys(question, ("id", "pool", "factors"), "")
    factors = question.get("factors")
    if not isinstance(factors, list):
        raise LineError("factors", "请写明因素列表")
    pool = read_sum(question.get("pool"), "pool")
    try:
        shares = allocate(pool, [_read_factor(factor, f"factors[{at}]") for at, factor in enumerate(factors)])
    except AllocationError as error:
        raise LineError(f"factors{error.place}", str(error)) from None
    return {
        "shares": {code: yuan_plain(fen) for code, fen in shares.items()},
        "total": yuan_plain(sum(shares.values())),
    }


class Command(JsonLinesCommand):
    help = "Share a pool among districts by factors, one JSON document a line, standard input to standard output."

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """The shares of the districts."""
        return shares_of(question)
