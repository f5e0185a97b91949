"""What a notice says, frozen: plain JSON in the table, checked when it is made and again when it is printed.

    {
      "layout": 1,                                  which template reads it
      "kind": "grant",                              one of NoticeKind
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
      "shares": {"city", "district", "basis", "others": [{"name", "sum"}]} | null,     null where no ratio is stated
      "reasons": [{"text", "basis"}],               of a refusal and a correction at least one
      "recognised": "…",                            the title: of a recognition always, of a grant where it has one
      "subjects": ["…"],                            what was recognised, as the applicant named it
      "decision_no": "…",                           the paper that sets a sum which the document does not name
      "stages": [{"name", "sum"}],                  of a grant that its document pays in stages
      "files": ["…"],                               of a receipt: what was filed
      "due_on": "2026-12-05" | null,                the last day of a correction, also of one that did not come
      "previous": "20000.00" | null,                of a change and a revocation: the sum before
      "line_changes": [{"what", "previous", "changed"}],  of a change: each line's sum before and after
      "payer_changes": [{"what", "previous", "changed"}], of a change: each payer's part before and after
      "clause": "…",                                the clause on which an award is changed or demanded back
      "grant_number": "…",                          the number of the notice that granted
      "demand": {"pay_days", "account", "interest"} | null,
      "transfer": {"payer", "paid_on", "account_tail", "voucher"} | null,
      "wording": {"opening": ["…"]},                of notices from before there were templates: the parts worded
      "template": {"version", "text"} | null,       the office's own letter, in the language of `review.wordings`
      "remedies": {"reconsideration", "court"},     names of the bodies to turn to
      "contact": {"office", "phone", "address"},
      "verification": {"code", "url"}
    }

The fifteen before the remedies came later: a notice without them has nothing there. Sums are decimal strings in yuan
with two places. Lines, reduction and total agree to the fen, and so do the shares and the stages.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import ConfigDict, PlainSerializer, PlainValidator, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from portal.core.money import ZERO, MoneyError, format_yuan, read_yuan, yuan_in_words
from review.notices.enums import NoticeKind

LAYOUT = 1
# Kinds that take of an award what was granted; their reasons go to an annex where they are many.
ON_MONEY = frozenset({NoticeKind.CHANGE, NoticeKind.REVOCATION, NoticeKind.DEMAND})
# Kinds that say no or ask for something: each says why.
REASONED = ON_MONEY | {NoticeKind.REFUSAL, NoticeKind.DECLINED, NoticeKind.CORRECTION, NoticeKind.ABANDONED}
WITH_SUM = frozenset({NoticeKind.GRANT, NoticeKind.CHANGE, NoticeKind.DEMAND, NoticeKind.PAYMENT})


def _read_yuan(value: Any) -> Decimal:
    if not isinstance(value, Decimal | str):
        raise ValueError(f"“{value}”不是写成文字的金额。")
    try:
        return value if isinstance(value, Decimal) else read_yuan(value)
    except (TypeError, ValueError, MoneyError) as error:
        raise ValueError(f"“{value}”不能读作金额。") from error


# Yuan, a decimal string with two places in JSON.
Yuan = Annotated[Decimal, PlainValidator(_read_yuan), PlainSerializer(lambda yuan: f"{yuan:.2f}", when_used="json")]
EXACT = ConfigDict(extra="forbid", strict=True)


class SnapshotError(ValueError):
    """A snapshot that no notice may be printed from; the message names the field."""


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Party:
    """Whom the notice addresses. `id` is masked where it is a resident ID."""

    name: str
    id_label: str
    id: str
    is_person: bool

    @property
    def addressed_as(self) -> str:
        return "您" if self.is_person else "你单位"


@dataclass(frozen=True, kw_only=True, config=EXACT)
class ClaimSummary:
    number: str
    item: str
    submitted_on: date


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Basis:
    """A document by number and title, and the article that the decision rests on."""

    number: str
    title: str
    article: str


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Minutes:
    number: str
    held_on: date


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Period:
    starts_on: date
    ends_on: date


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Line:
    """One right, loan or other thing: `right` is its number, `standard` the rule in words, `approved` yuan."""

    right: str
    key_date: date | None
    standard: str
    approved: Yuan
    explanation: str

    @property
    def approved_in_figures(self) -> str:
        return format_yuan(self.approved)


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Reduction:
    amount: Yuan
    reason: str

    @property
    def amount_in_figures(self) -> str:
        return format_yuan(-self.amount)


@dataclass(frozen=True, kw_only=True, config=EXACT)
class NamedSum:
    """What a payer besides city and district bears, or is paid in one stage (called by when it is due), in yuan."""

    name: str
    sum: Yuan


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Shares:
    """Who bears how much of the total, in yuan, and the clause that says so."""

    city: Yuan
    district: Yuan
    basis: str
    others: list[NamedSum] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return self.city + self.district + sum((one.sum for one in self.others), ZERO)

    @property
    def city_in_figures(self) -> str:
        return format_yuan(self.city)

    @property
    def district_in_figures(self) -> str:
        return format_yuan(self.district)


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Reason:
    text: str
    basis: str


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Change:
    """What a line was granted, or a payer bears, before and after an award was lowered, in yuan."""

    what: str
    previous: Yuan
    changed: Yuan

    @property
    def previous_in_figures(self) -> str:
        return format_yuan(self.previous)

    @property
    def changed_in_figures(self) -> str:
        return format_yuan(self.changed)


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Demand:
    """Within how many days of its service a sum is to be repaid, to which account, and the interest in words."""

    pay_days: int
    account: str
    interest: str


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Transfer:
    """A payment that arrived: by whom, on which day, to the account that ends so, and the bank's paper."""

    payer: str
    paid_on: date
    account_tail: str
    voucher: str


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Template:
    """The version of its office's template that a notice says, and its text as it was then."""

    version: int
    text: str


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Remedies:
    """Where to turn: for reconsideration within 60 days, for suit within 6 months.

    Source: 行政复议法 art. 20, 行政诉讼法 art. 46.
    """

    reconsideration: str
    court: str


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Contact:
    office: str
    phone: str
    address: str


@dataclass(frozen=True, kw_only=True, config=EXACT)
class Verification:
    code: str
    url: str

    @property
    def spaced_code(self) -> str:
        """The code in groups of four, as people read it out."""
        return " ".join(self.code[start : start + 4] for start in range(0, len(self.code), 4))


@dataclass(frozen=True, kw_only=True, config=EXACT)
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
    total: Yuan | None
    shares: Shares | None
    reasons: list[Reason]
    remedies: Remedies
    contact: Contact
    verification: Verification
    recognised: str = ""
    subjects: list[str] = field(default_factory=list)
    decision_no: str = ""
    stages: list[NamedSum] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    due_on: date | None = None
    previous: Yuan | None = None
    line_changes: list[Change] = field(default_factory=list)
    payer_changes: list[Change] = field(default_factory=list)
    clause: str = ""
    grant_number: str = ""
    demand: Demand | None = None
    transfer: Transfer | None = None
    wording: dict[str, list[str]] = field(default_factory=dict)
    template: Template | None = None

    def __post_init__(self) -> None:
        if self.layout != LAYOUT:
            raise SnapshotError(f"layout：没有第 {self.layout} 版的通知书版式。")
        if self.kind not in NoticeKind:
            raise SnapshotError(f"kind：不知道的通知书种类“{self.kind}”。")
        if not self.basis:
            raise SnapshotError("basis：通知书必须写明依据。")
        if self.kind in WITH_SUM:
            self._check_sums()
        elif self.total is not None:
            raise SnapshotError(f"total：{self.title}没有金额。")
        if self.kind in (NoticeKind.CHANGE, NoticeKind.REVOCATION) and (self.previous or ZERO) <= (self.total or ZERO):
            raise SnapshotError(f"previous：{self.title}必须写明原来的金额，且高于变更后的金额。")
        if (self.kind == NoticeKind.DEMAND) != (self.demand is not None):
            raise SnapshotError("demand：追缴通知书必须写明退回的期限和账户，其他通知书没有。")
        if (self.kind == NoticeKind.PAYMENT) != (self.transfer is not None):
            raise SnapshotError("transfer：拨款通知书必须写明拨付的日期和账户，其他通知书没有。")
        if self.kind == NoticeKind.RECOGNITION and not self.recognised:
            raise SnapshotError("recognised：认定通知书必须写明认定的内容。")
        if self.kind in REASONED and not self.reasons:
            raise SnapshotError(f"reasons：{self.title}必须写明理由。")
        if self.kind == NoticeKind.CORRECTION and self.due_on is None:
            raise SnapshotError("due_on：补正通知书必须写明期限。")

    def _check_sums(self) -> None:
        if self.total is None or self.total <= ZERO:
            raise SnapshotError("total：金额必须大于零。")
        if self.kind == NoticeKind.GRANT:
            taken_off = self.reduction.amount if self.reduction else ZERO
            if not self.lines or sum((line.approved for line in self.lines), ZERO) - taken_off != self.total:
                raise SnapshotError("lines：各项金额之和与资助金额不一致。")
        if self.shares and self.shares.total != self.total:
            raise SnapshotError("shares：各级承担金额之和与资助金额不一致。")
        if self.stages and sum((stage.sum for stage in self.stages), ZERO) != self.total:
            raise SnapshotError("stages：各期金额之和与资助金额不一致。")
        for name, changes in (("line_changes", self.line_changes), ("payer_changes", self.payer_changes)):
            if changes and sum((each.changed for each in changes), ZERO) != self.total:
                raise SnapshotError(f"{name}：变更后的各项金额之和与资助金额不一致。")
        if self.payer_changes and sum((each.previous for each in self.payer_changes), ZERO) != self.previous:
            raise SnapshotError("payer_changes：原来的各方承担金额之和与原来的资助金额不一致。")

    @property
    def title(self) -> str:
        return str(NoticeKind(self.kind).label)

    @property
    def listed(self) -> Sequence[object]:
        """What is told one by one, in words or in an annex."""
        if self.kind in ON_MONEY:
            return max(self.reasons, self.line_changes, key=len)
        return self.lines or self.subjects or self.files

    @property
    def listed_as(self) -> str:
        """What the annex calls it."""
        if self.kind in ON_MONEY:
            return "变更明细、事实和理由" if self.line_changes else "事实和理由"
        return "资助明细" if self.lines else "认定对象" if self.subjects else "材料清单"

    @property
    def annexed_by(self) -> str:
        """The form of its annex."""
        return "annex_reasons" if self.kind in ON_MONEY else "annex_lines" if self.lines else "annex_names"

    @property
    def total_in_figures(self) -> str:
        return format_yuan(self.total) if self.total is not None else ""

    @property
    def previous_in_figures(self) -> str:
        return format_yuan(self.previous) if self.previous is not None else ""

    @property
    def lines_before_in_figures(self) -> str:
        """What the lines of a change were granted together, before any limit over the whole claim."""
        return format_yuan(sum((each.previous for each in self.line_changes), ZERO))

    @property
    def total_in_words(self) -> str:
        return yuan_in_words(self.total) if self.total is not None else ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, equal for equal notices."""
        return dict(_NOTICE.dump_python(self, mode="json"))


_NOTICE = TypeAdapter(Snapshot)
_WORDS = {"missing": "缺少该字段。", "unexpected_keyword_argument": "没有该字段。"}


def read_snapshot(data: Mapping[str, Any]) -> Snapshot:
    """The notice of a stored snapshot. Raises SnapshotError naming the field that is missing, strange or wrong.

    Nothing is guessed and nothing left over.
    """
    try:
        return _NOTICE.validate_json(json.dumps(data))
    except ValidationError as error:
        first = error.errors()[0]
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, SnapshotError):
            raise cause from error
        where = ".".join(str(part) for part in first["loc"])
        words = str(cause) if cause else _WORDS.get(first["type"], f"“{first['input']}”的类型不对。")
        raise SnapshotError(f"{where}：{words}") from error
