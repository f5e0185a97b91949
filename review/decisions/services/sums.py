"""The sums that officers set, line by line: within their ceilings, with a reason where one is due."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from applications.claims.models import ClaimLine
from applications.claims.services.assessment import DecidedSums
from policies.facts.values import MAX_YUAN
from portal.core.errors import RefusedError
from portal.core.money import ZERO, format_yuan
from review.decisions.models import Decision


@dataclass(frozen=True, slots=True)
class LineSum:
    """What an officer supports for one line: yuan, and why, where it is less than the ceiling or people set it."""

    amount: Decimal
    reason: str = ""


def sums_of(decision: Decision | None) -> dict[int, LineSum]:
    """The sums of a decision by line; none where there is no decision."""
    if decision is None:
        return {}
    return {row.line_id: LineSum(row.amount, row.reason) for row in decision.lines.all()}


def decided_sums(
    lines: Sequence[ClaimLine],
    open_lines: Collection[int],
    *,
    given: Mapping[int, LineSum],
    before: Mapping[int, LineSum],
    is_title: bool,
    decision_no: str,
) -> DecidedSums | None:
    """What the engine is told of the lines whose sum people set; None where there is nothing to tell.

    Beside a title (`is_title`) a sum may be left out. Raises RefusedError where a sum is missing or has no reason.
    """
    by_line: dict[int, Decimal] = {}
    for number, line in enumerate(lines, start=1):
        if line.pk not in open_lines:
            continue
        mine = given.get(line.pk) or before.get(line.pk)
        if mine is None or not mine.amount:
            if mine is None and not is_title:
                raise RefusedError(f"第 {number} 项：文件未定金额，请填写拟支持的金额和理由。")
            if not is_title:
                by_line[line.pk] = ZERO
            continue
        if mine.amount < 0:
            raise RefusedError(f"第 {number} 项的金额不能为负数。")
        if mine.amount >= MAX_YUAN:
            raise RefusedError(f"第 {number} 项的金额过大，请核对单位是否为元。")
        if not mine.reason.strip():
            raise RefusedError(f"第 {number} 项的金额由人决定，请写明金额的理由（规模、成效、比照标准等）。")
        by_line[line.pk] = mine.amount
    return DecidedSums(by_line, decision_no) if by_line else None


def checked_sums(
    lines: Sequence[ClaimLine],
    ceilings: Mapping[int, Decimal],
    *,
    given: Mapping[int, LineSum],
    before: Mapping[int, LineSum],
    open_lines: Collection[int] = (),
) -> dict[int, LineSum]:
    """Every line's sum by its pk: as given, else as at the stage before, else the ceiling.

    Raises RefusedError for a sum below zero or above its ceiling, and for a lower one without a reason.
    """
    checked: dict[int, LineSum] = {}
    for number, line in enumerate(lines, start=1):
        ceiling = ceilings[line.pk]
        mine = given.get(line.pk)
        if mine is None:
            mine = before.get(line.pk, LineSum(ceiling))
            if mine.amount > ceiling:
                raise RefusedError(
                    f"第 {number} 项上一环节为 {format_yuan(mine.amount)} 元，现测算上限为 {format_yuan(ceiling)} 元"
                    "（限额或已获支持有变化），请打开该申报逐项核定金额。"
                )
        if mine.amount < 0:
            raise RefusedError(f"第 {number} 项的金额不能为负数。")
        if mine.amount > ceiling:
            raise RefusedError(
                f"第 {number} 项的金额 {format_yuan(mine.amount)} 元超过测算上限 {format_yuan(ceiling)} 元，"
                "请改为不超过上限的金额。"
            )
        if mine.amount < ceiling and not mine.reason.strip():
            raise RefusedError(
                f"第 {number} 项的金额低于测算上限 {format_yuan(ceiling)} 元，请在“核减理由”中写明原因。"
            )
        keeps_reason = mine.amount < ceiling or (line.pk in open_lines and mine.amount)
        checked[line.pk] = LineSum(mine.amount, mine.reason.strip() if keeps_reason else "")
    return checked


def reasons_in_words(lines: Sequence[ClaimLine], checked: Mapping[int, LineSum]) -> str:
    """The lines' reasons as one text, by number where there are several lines."""
    words = [
        f"第 {number} 项：{checked[line.pk].reason}" if len(lines) > 1 else checked[line.pk].reason
        for number, line in enumerate(lines, start=1)
        if checked[line.pk].reason
    ]
    return "；".join(words)
