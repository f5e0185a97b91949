"""`manage.py split`: claims with their city ceilings in, city and district parts out, one JSON document a line."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from policies.engine.money import parse_ratio, parse_yuan, yuan_plain
from portal.core.json_lines import JsonLinesCommand, LineError
from review.funding.allocation import split_claims


def read_sum(value: object, field: str) -> int:
    """A sum in yuan as fen. Raises LineError naming the field."""
    try:
        return parse_yuan(value)
    except ValueError as error:
        raise LineError(field, str(error)) from None


def known_keys(document: Mapping[str, Any], keys: tuple[str, ...], field: str) -> None:
    """Raises LineError for a key that means nothing here, so that a slip of the pen is not passed over."""
    for key in document:
        if key not in keys:
            raise LineError(f"{field}{key}", f"没有这个键，可用的键：{'、'.join(keys)}")


def _read_claim(claim: object, field: str) -> tuple[str | int, int, Fraction | None]:
    if not isinstance(claim, dict):
        raise LineError(field, '应为对象，如 {"id": "a", "amount": "100.00", "city_ceiling": "60%"}')
    known_keys(claim, ("id", "amount", "city_ceiling"), f"{field}.")
    reference = claim.get("id")
    if isinstance(reference, bool) or not isinstance(reference, str | int) or reference == "":
        raise LineError(f"{field}.id", "请为每笔申报写明标识")
    if "city_ceiling" not in claim:
        raise LineError(f"{field}.city_ceiling", '请写明市级上限，如 "60%"；市级不承担的写 null')
    ceiling = claim["city_ceiling"]
    try:
        ratio = None if ceiling is None else parse_ratio(ceiling)
    except ValueError as error:
        raise LineError(f"{field}.city_ceiling", str(error)) from None
    return reference, read_sum(claim.get("amount"), f"{field}.amount"), ratio


def split(question: dict[str, Any]) -> dict[str, Any]:
    """The parts of one question's claims. Raises LineError for what cannot be read."""
    known_keys(question, ("id", "claims", "city_pool"), "")
    claims = question.get("claims")
    if not isinstance(claims, list):
        raise LineError("claims", "请写明申报列表")
    read = [_read_claim(claim, f"claims[{number}]") for number, claim in enumerate(claims)]
    seen: set[str | int] = set()
    for number, (reference, _, _) in enumerate(read):
        if reference in seen:
            raise LineError(f"claims[{number}].id", f"“{reference}”重复，请改成不同的标识")
        seen.add(reference)
    pool = question.get("city_pool")
    parts = split_claims(
        [(fen, ratio) for _, fen, ratio in read], None if pool is None else read_sum(pool, "city_pool")
    )
    return {
        "claims": [
            {"id": reference, "city": yuan_plain(part.city), "district": yuan_plain(part.district)}
            for (reference, _, _), part in zip(read, parts, strict=True)
        ],
        "city_total": yuan_plain(sum(part.city for part in parts)),
        "district_total": yuan_plain(sum(part.district for part in parts)),
    }


class Command(JsonLinesCommand):
    help = "Split claims between city and districts, one JSON document a line, from standard input to standard output."

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """The parts of the claims."""
        return split(question)
