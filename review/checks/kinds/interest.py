"""Loan interest recomputed: principal times rate times days over 360, clipped to the period that the call takes."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from portal.core.money import format_yuan, to_fen, to_yuan
from review.checks.enums import Severity
from review.checks.inputs import Inputs
from review.checks.registry import CHECKS, Check, Found
from review.checks.sheets import day_of

_RATE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*[%％]")
_YEAR_DAYS = 360


def interest_fen(principal_fen: int, rate: Fraction, *, begins: date, ends: date) -> int:
    """Simple interest by ACT/360 in fen, half a fen up; the first day counts, the last does not. Zero for no days."""
    days = max((ends - begins).days, 0)
    exact = principal_fen * rate * days / _YEAR_DAYS
    return int(exact + Fraction(1, 2))


def find(inputs: Inputs) -> Iterable[Found]:
    """Lines whose interest, as filed, is more than what the loan bears within the period."""
    call = inputs.claim.call
    for state in inputs.lines:
        values = state.reading.values
        rate = _RATE.fullmatch(str(values.get("rate") or "").strip())
        drawn, ends = day_of(values.get("drawn_on")), day_of(values.get("repaid_on") or values.get("due_on"))
        rows = values.get("interest_payments") or ()
        if not (rate and drawn and ends and rows and values.get("principal")):
            continue
        begins = max(drawn, call.facts_from) if call else drawn
        ends = min(ends, call.facts_to) if call else ends
        fen = interest_fen(to_fen(str(values["principal"])), Fraction(rate[1]) / 100, begins=begins, ends=ends)
        paid = sum((Decimal(str(row.get("amount") or 0)) for row in rows), Decimal(0))
        if to_fen(paid) > fen:
            params = {
                "line": state.number,
                "paid": format_yuan(paid),
                "computed": format_yuan(to_yuan(fen)),
                "begins": begins.isoformat(),
                "ends": ends.isoformat(),
            }
            yield Found(str(state.line.position), params, source="按 ACT/360 重算")


CHECKS.add(
    "interest",
    Check(
        title="贷款利息重算",
        find=find,
        words={"": "{place}的利息填写 {paid} 元，高于按本金、利率和 {begins} 至 {ends} 的天数重算的 {computed} 元。"},
        severity=Severity.NOTICE,
    ),
)
