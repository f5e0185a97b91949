"""Money that does not suffice for all: how it is shared, and the step that says so. Pure; whole fen, exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from policies.engine.errors import QuestionError
from policies.engine.money import money_text, parse_yuan, yuan_plain
from policies.engine.trace import Note

if TYPE_CHECKING:
    from policies.engine.trace import Entry

STOP, PRO_RATA, RANK = "stop", "pro_rata", "rank"
_SUMS = ("wanted", "left", "own", "granted")
_KEYS = {"cite", "way", *_SUMS}


def share_by_largest_remainder(total: int, weights: Sequence[Fraction | int]) -> list[int]:
    """`total` fen in proportion to `weights`, cut down, what is left by the largest remainder, of equals the first.

    The parts add up to `total` exactly. Raises ValueError where no weight is above zero or one is below.
    """
    whole = sum(weights)
    if any(weight < 0 for weight in weights) or not whole:
        raise ValueError("没有大于零的权重，无法分配。")
    shares = [divmod(total * weight, whole) for weight in weights]
    parts = [int(part) for part, _ in shares]
    by_remainder = sorted(range(len(parts)), key=lambda at: (-shares[at][1], at))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts


def ration(wants: Sequence[int], left: int, way: str) -> list[int]:
    """What each of these gets of `left` fen, in their order, where money is short; never more than it wants.

    Stop: in full or nothing. Pro rata: in proportion, by largest remainder. Rank: in full until the money ends, who
    comes last in part.
    """
    # A limit that was lowered may hold more than it allows.
    left = max(left, 0)
    if sum(wants) <= left:
        return list(wants)
    if way == PRO_RATA:
        return share_by_largest_remainder(left, wants)
    granted = []
    for want in wants:
        part = min(want, left)
        part = part if way == RANK or part == want else 0
        granted.append(part)
        left -= part
    return granted


class Cut(NamedTuple):
    """How one claim was cut as money was short: what all `wanted`, what was `left`, its `own` and the `granted` sum.

    Sums are fen; `cite` names the paper that limits the money, `way` how it is shared.
    """

    cite: str
    way: str
    wanted: int
    left: int
    own: int
    granted: int

    @property
    def words(self) -> str:
        wanted, left, own, granted = map(money_text, self[2:])
        how = (
            f"按可用金额与合计之比折算，截取到分、余分按最大余数补足，本项 {own}折为 {granted}"
            if self.way == PRO_RATA
            else f"按名次从前到后足额安排，本项 {own}以余额 {granted}为限"
        )
        return f"资金不足：参加安排的各项合计 {wanted}，可用 {left}，{how}"

    def entry(self) -> Entry:
        return Note("SHORTAGE", self.cite, self.words), (), self.granted, True, 0

    def as_dict(self) -> dict[str, str]:
        """As a question states it: sums in yuan."""
        return {"cite": self.cite, "way": self.way} | {name: yuan_plain(getattr(self, name)) for name in _SUMS}


def read_cuts(value: object, field: str) -> tuple[Cut, ...]:
    """The cuts that a question states, in their order. Raises QuestionError with the field's path."""
    if not isinstance(value, list):
        raise QuestionError(field, "请填写列表")
    return tuple(_read_cut(one, f"{field}[{number}]") for number, one in enumerate(cast("list[object]", value)))


def _read_cut(value: object, field: str) -> Cut:
    if not isinstance(value, Mapping) or set(value) != _KEYS:
        raise QuestionError(field, f"请填写 {'、'.join(sorted(_KEYS))}")
    stated = cast("Mapping[str, Any]", value)
    if not isinstance(stated["cite"], str) or stated["way"] not in (STOP, PRO_RATA, RANK):
        raise QuestionError(field, "cite 请填写文号，way 请填写 stop、pro_rata 或 rank")
    sums = []
    for name in _SUMS:
        try:
            sums.append(parse_yuan(stated[name]))
        except ValueError as error:
            raise QuestionError(f"{field}.{name}", str(error)) from None
    cut = Cut(stated["cite"], stated["way"], *sums)
    if cut.granted > cut.own or cut.granted > cut.left:
        raise QuestionError(f"{field}.granted", "不能超过本项金额和可用金额")
    return cut
