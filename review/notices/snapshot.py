"""What a notice says, frozen: plain JSON in the table, checked when it is made and again when it is printed.

    {
      "layout": 1,                                  which template reads it
      "kind": "grant" | "refusal" | "recognise",
      "number": "无锡知资〔2026〕1号",
      "issuer": "无锡市知识产权局",
      "issued_on": "2026-11-21",                    day of the decision's notice, ISO
      "party": {"name", "id_label", "id", "is_person"},   `id` masked where it is a resident ID
      "claim": {"number", "item", "submitted_on"},
      "basis": [{"number", "title", "article"}],    at least one
      "minutes": {"number", "held_on"} | null,      the meeting that decided
      "publicity": {"starts_on", "ends_on"} | null,
      "lines": [{"right", "key_date", "standard", "approved", "explanation"}],
      "reduction": {"amount", "reason"} | null,     what a limit over the whole claim took off the lines' sum
      "total": "16409.02" | null,                   yuan; null for a refusal
      "shares": {"city", "district", "basis"} | null,     null where the document states no ratio
      "reasons": [{"text", "basis"}],               for a refusal at least one
      "recognised": "…",                            the title: of a recognition always, of a grant where it has one
      "subjects": ["…"],                            what was recognised, as the applicant named it
      "decision_no": "…",                           the paper that sets a sum which the document does not name
      "remedies": {"reconsideration", "court"},     names of the bodies to turn to
      "contact": {"office", "phone", "address"},
      "verification": {"code", "url"}
    }

The last three came later: a notice without them is read as one that has nothing there. Sums are decimal strings in
yuan with two places. Lines, reduction and total agree to the fen, and so do the shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from portal.core.money import ZERO, MoneyError, format_yuan, parse_yuan, yuan_in_words

LAYOUT = 1
GRANT = "grant"
REFUSAL = "refusal"
RECOGNITION = "recognise"
TITLES = {GRANT: "资助决定通知书", REFUSAL: "不予支持通知书", RECOGNITION: "认定通知书"}


class SnapshotError(ValueError):
    """A snapshot that no notice may be printed from; the message names the field."""


@dataclass(frozen=True, kw_only=True)
class Party:
    """Whom the notice addresses. `id` is masked where it is a resident ID."""

    name: str
    id_label: str
    id: str
    is_person: bool

    @property
    def addressed_as(self) -> str:
        return "您" if self.is_person else "你单位"


@dataclass(frozen=True, kw_only=True)
class ClaimSummary:
    number: str
    item: str
    submitted_on: date


@dataclass(frozen=True, kw_only=True)
class Basis:
    """A document by number and title, and the article that the decision rests on."""

    number: str
    title: str
    article: str


@dataclass(frozen=True, kw_only=True)
class Minutes:
    number: str
    held_on: date


@dataclass(frozen=True, kw_only=True)
class Period:
    starts_on: date
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class Line:
    """One right, loan or other thing: `right` is its number, `standard` the rule in words, `approved` yuan."""

    right: str
    key_date: date | None
    standard: str
    approved: Decimal
    explanation: str

    @property
    def approved_in_figures(self) -> str:
        return format_yuan(self.approved)


@dataclass(frozen=True, kw_only=True)
class Reduction:
    amount: Decimal
    reason: str

    @property
    def amount_in_figures(self) -> str:
        return format_yuan(-self.amount)


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Who bears how much of the total, in yuan, and the clause that says so."""

    city: Decimal
    district: Decimal
    basis: str

    @property
    def city_in_figures(self) -> str:
        return format_yuan(self.city)

    @property
    def district_in_figures(self) -> str:
        return format_yuan(self.district)


@dataclass(frozen=True, kw_only=True)
class Reason:
    text: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class Remedies:
    """Where to turn: for reconsideration within 60 days, for suit within 6 months.

    Source: 行政复议法 art. 20, 行政诉讼法 art. 46.
    """

    reconsideration: str
    court: str


@dataclass(frozen=True, kw_only=True)
class Contact:
    office: str
    phone: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Verification:
    code: str
    url: str

    @property
    def spaced_code(self) -> str:
        """The code in groups of four, as people read it out."""
        return " ".join(self.code[start : start + 4] for start in range(0, len(self.code), 4))


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A whole notice; see the module's head for the meaning of each field."""

    layout: int
    kind: str
    number: str
    issuer: str
    issued_on: date
    party: Party
    claim: ClaimSummary
    basis: list[Basis]
    minutes: Minutes | None
    publicity: Period | None
    lines: list[Line]
    reduction: Reduction | None
    total: Decimal | None
    shares: Shares | None
    reasons: list[Reason]
    remedies: Remedies
    contact: Contact
    verification: Verification
    recognised: str = ""
    subjects: list[str] = field(default_factory=list)
    decision_no: str = ""

    def __post_init__(self) -> None:
        if self.layout != LAYOUT:
            raise SnapshotError(f"layout：没有第 {self.layout} 版的通知书版式。")
        if self.kind not in TITLES:
            raise SnapshotError(f"kind：不知道的通知书种类“{self.kind}”。")
        if not self.basis:
            raise SnapshotError("basis：通知书必须写明依据。")
        if self.kind == GRANT:
            self._check_sums()
        elif self.kind == RECOGNITION:
            if self.total is not None or not self.recognised:
                raise SnapshotError("recognised：认定通知书必须写明认定的内容，且没有金额。")
        elif self.total is not None or not self.reasons:
            raise SnapshotError("reasons：不予支持通知书必须写明理由，且没有金额。")

    def _check_sums(self) -> None:
        if self.total is None or self.total <= ZERO:
            raise SnapshotError("total：资助金额必须大于零。")
        taken_off = self.reduction.amount if self.reduction else ZERO
        if not self.lines or sum((line.approved for line in self.lines), ZERO) - taken_off != self.total:
            raise SnapshotError("lines：各项金额之和与资助金额不一致。")
        if self.shares and self.shares.city + self.shares.district != self.total:
            raise SnapshotError("shares：市、区承担金额之和与资助金额不一致。")

    @property
    def title(self) -> str:
        return TITLES[self.kind]

    @property
    def total_in_figures(self) -> str:
        return format_yuan(self.total) if self.total is not None else ""

    @property
    def total_in_words(self) -> str:
        return yuan_in_words(self.total) if self.total is not None else ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, equal for equal notices."""
        return _plain(asdict(self))


def read_snapshot(data: Mapping[str, Any]) -> Snapshot:
    """The notice of a stored snapshot. Raises SnapshotError naming the field that is missing, strange or wrong."""
    return _read(Snapshot, data, "snapshot")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else value


def _read(wanted: Any, value: Any, where: str) -> Any:
    """Build the wanted type from plain JSON; nothing is guessed and nothing is left over."""
    if isinstance(wanted, UnionType):
        return None if value is None else _read(get_args(wanted)[0], value, where)
    if get_origin(wanted) is list:
        if not isinstance(value, list):
            raise SnapshotError(f"{where}：应为列表。")
        return [_read(get_args(wanted)[0], item, f"{where}[{index}]") for index, item in enumerate(value)]
    if wanted is Decimal or wanted is date:
        try:
            return parse_yuan(value) if wanted is Decimal else date.fromisoformat(value)
        except (TypeError, ValueError, MoneyError) as error:
            raise SnapshotError(f"{where}：“{value}”不能读作{'金额' if wanted is Decimal else '日期'}。") from error
    if wanted in (str, int, bool):
        if type(value) is not wanted:
            raise SnapshotError(f"{where}：“{value}”的类型不对。")
        return value
    if not isinstance(value, Mapping):
        raise SnapshotError(f"{where}：应为对象。")
    names = {each.name for each in fields(wanted)}
    optional = {
        each.name for each in fields(wanted) if each.default is not MISSING or each.default_factory is not MISSING
    }
    if not names - optional <= value.keys() <= names:
        raise SnapshotError(f"{where}：字段不符：{'、'.join(sorted((names ^ set(value)) - (optional - set(value))))}。")
    hints = get_type_hints(wanted)
    return wanted(
        **{name: _read(hints[name], value[name], f"{where}.{name}") for name in sorted(names) if name in value}
    )
