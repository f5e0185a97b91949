"""The fields of a template: what each stands for, in which kinds it is found, and how a notice gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from portal.core.citations import citation
from portal.core.money import format_yuan
from portal.core.text import closed_up
from review.notices.enums import NoticeKind
from review.notices.letter import long_date
from review.notices.snapshot import ON_MONEY, REASONED, WITH_SUM, Snapshot
from review.wordings.enums import DECIDING

ALL = frozenset(NoticeKind)
_REVIEWED = frozenset({NoticeKind.GRANT, NoticeKind.REFUSAL, NoticeKind.RECOGNITION})
_CHANGED = frozenset({NoticeKind.CHANGE, NoticeKind.REVOCATION})
_DATED = frozenset({NoticeKind.CORRECTION, NoticeKind.ABANDONED})
_ENTITLED = frozenset({NoticeKind.GRANT, NoticeKind.RECOGNITION})
_PAID, _DEMANDED = frozenset({NoticeKind.PAYMENT}), frozenset({NoticeKind.DEMAND})
# Kinds that list something, which stands in the letter or in its annex.
DETAILED = frozenset({NoticeKind.GRANT, NoticeKind.RECOGNITION, NoticeKind.RECEIPT, NoticeKind.CHANGE})
LISTING = DETAILED | ON_MONEY


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its help, how it is read of a notice, and in which kinds; it `may_lack` in some notices of these."""

    label: str
    read: Callable[[Snapshot], str]
    kinds: frozenset[NoticeKind] = ALL
    may_lack: bool = False


def _numbered(texts: Iterable[str], *, ends: tuple[str, str] = ("；", "。")) -> str:
    """Texts as paragraphs, numbered where they are several, the last with the second of the ends."""
    each = list(texts)
    numbers = [f"{number}．" for number in range(1, len(each) + 1)] if len(each) > 1 else [""]
    closings = [ends[0]] * (len(each) - 1) + [ends[1]]
    return "\n".join("".join(parts) for parts in zip(numbers, each, closings, strict=False))


def _details(notice: Snapshot) -> str:
    """What a notice lists, a paragraph each."""
    if notice.lines:
        texts = []
        for line in notice.lines:
            day = f"（{long_date(line.key_date)}）" if line.key_date else ""
            why = "，".join(part for part in (line.standard, line.explanation) if part)
            texts.append(f"{line.right}{day}：{line.approved_in_figures}元" + (f"（{why}）" if why else ""))
        if notice.reduction is None:
            return _numbered(texts)
        taken_off = f"按总额限制核减{notice.reduction.amount_in_figures}元（{notice.reduction.reason}）。"
        return f"{_numbered(texts, ends=('；', '；'))}\n{taken_off}"
    if notice.line_changes:
        changes = (f"{c.what}由{c.previous_in_figures}元变更为{c.changed_in_figures}元" for c in notice.line_changes)
        return _numbered(changes)
    return _numbered(notice.subjects or notice.files) if notice.subjects or notice.files else ""


def _reasons(notice: Snapshot) -> str:
    texts = (reason.text + (f"（{citation(reason.basis)}）" if reason.basis else "") for reason in notice.reasons)
    return _numbered(texts, ends=("", ""))


def _basis(notice: Snapshot) -> str:
    """Every document by title, number and article."""
    return "、".join(
        f"《{closed_up(each.title)}》{f'（{each.number}）' if each.number else ''}{citation(each.article)}"
        for each in notice.basis
    )


def _payers(notice: Snapshot) -> str:
    if notice.payer_changes:
        changes = (
            f"{each.what}承担部分由{each.previous_in_figures}元变更为{each.changed_in_figures}元"
            for each in notice.payer_changes
        )
        return "，".join(changes)
    shares = notice.shares
    if not shares:
        return ""
    others = "".join(f"，{other.name}承担{format_yuan(other.sum)}元" for other in shares.others)
    return f"市级承担{shares.city_in_figures}元，区级承担{shares.district_in_figures}元{others}"


def _minutes(notice: Snapshot) -> str:
    return f"{long_date(notice.minutes.held_on)}会议审定（{notice.minutes.number}）" if notice.minutes else ""


def _publicity(notice: Snapshot) -> str:
    period = notice.publicity
    return f"公示（{long_date(period.starts_on)}至{long_date(period.ends_on)}）" if period else ""


FIELDS = {
    "you": Field("称呼：你单位、您", lambda notice: notice.party.addressed_as),
    "party": Field("申报单位或个人的名称", lambda notice: notice.party.name),
    "identifier": Field(
        "证件名称和号码，个人的只显示首尾", lambda notice: f"{notice.party.id_label}：{notice.party.id}"
    ),
    "item": Field("支持事项", lambda notice: notice.claim.item),
    "claim_number": Field("申报编号", lambda notice: notice.claim.number),
    "submitted_on": Field("提交日期", lambda notice: long_date(notice.claim.submitted_on)),
    "kind": Field("通知书名称", lambda notice: notice.title),
    "number": Field("文号", lambda notice: notice.number),
    "issued_on": Field("日期", lambda notice: long_date(notice.issued_on)),
    "basis": Field("依据的文件、文号和条款", _basis),
    "minutes": Field("会议：日期和纪要号", _minutes, _REVIEWED, may_lack=True),
    "publicity": Field("公示：起止日期", _publicity, _REVIEWED, may_lack=True),
    "recognised": Field("认定的内容", lambda notice: notice.recognised, _ENTITLED, may_lack=True),
    "decision_no": Field(
        "确定金额的文件号", lambda notice: notice.decision_no, ON_MONEY | {NoticeKind.GRANT}, may_lack=True
    ),
    "total": Field("金额，如 5,000.00", lambda notice: notice.total_in_figures, WITH_SUM),
    "total_words": Field("金额大写", lambda notice: notice.total_in_words, WITH_SUM),
    "previous": Field("原来的金额", lambda notice: notice.previous_in_figures, _CHANGED),
    "city": Field(
        "市级承担的金额",
        lambda notice: notice.shares.city_in_figures if notice.shares else "",
        frozenset({NoticeKind.GRANT}),
        may_lack=True,
    ),
    "district": Field(
        "区级承担的金额",
        lambda notice: notice.shares.district_in_figures if notice.shares else "",
        frozenset({NoticeKind.GRANT}),
        may_lack=True,
    ),
    "shares_basis": Field(
        "分担的依据",
        lambda notice: citation(notice.shares.basis) if notice.shares else "",
        frozenset({NoticeKind.GRANT}),
        may_lack=True,
    ),
    "payers": Field("各方承担的金额或其变化", _payers, frozenset({NoticeKind.GRANT, NoticeKind.CHANGE}), may_lack=True),
    "stages": Field(
        "分期拨付：各期的节点和金额",
        lambda notice: "，".join(f"{one.name}拨付{format_yuan(one.sum)}元" for one in notice.stages),
        frozenset({NoticeKind.GRANT}),
        may_lack=True,
    ),
    "clause": Field(
        "变更或追缴的条款", lambda notice: citation(notice.clause) if notice.clause else "", ON_MONEY, may_lack=True
    ),
    "grant_number": Field(
        "原资助决定的文号", lambda notice: notice.grant_number, ON_MONEY | {NoticeKind.PAYMENT}, may_lack=True
    ),
    "details": Field("明细，每项一段；项数多时印在附件", _details, DETAILED, may_lack=True),
    "reasons": Field("理由，每条一段", _reasons, REASONED),
    "annex": Field(
        "附件的名称，没有附件时为空",
        lambda notice: notice.listed_as,
        LISTING,
        may_lack=True,
    ),
    "due_on": Field(
        "补正期限", lambda notice: long_date(notice.due_on) if notice.due_on else "", _DATED, may_lack=True
    ),
    "payer": Field("付款机关", lambda notice: notice.transfer.payer if notice.transfer else "", _PAID),
    "paid_on": Field("拨付日期", lambda notice: long_date(notice.transfer.paid_on) if notice.transfer else "", _PAID),
    "account_tail": Field(
        "收款账号尾号", lambda notice: notice.transfer.account_tail if notice.transfer else "", _PAID
    ),
    "voucher": Field("凭证号", lambda notice: notice.transfer.voucher if notice.transfer else "", _PAID),
    "pay_days": Field(
        "退回的期限（日）", lambda notice: str(notice.demand.pay_days) if notice.demand else "", _DEMANDED
    ),
    "account": Field(
        "退回的账户", lambda notice: notice.demand.account if notice.demand else "", _DEMANDED, may_lack=True
    ),
    "interest": Field("利息", lambda notice: notice.demand.interest if notice.demand else "", _DEMANDED, may_lack=True),
    "reconsideration": Field("行政复议机关", lambda notice: notice.remedies.reconsideration),
    "court": Field("诉讼法院", lambda notice: notice.remedies.court),
    "office": Field("发文机关", lambda notice: notice.contact.office),
    "phone": Field("咨询电话", lambda notice: notice.contact.phone, may_lack=True),
    "address": Field("地址", lambda notice: notice.contact.address, may_lack=True),
}
# Whole sentences that a template may take as they are: what they say, in the same language.
SENTENCES = {
    "remedies": "不服本决定的，可以自收到本通知书之日起60日内向{{ reconsideration }}申请行政复议，"
    "或者在6个月内向{{ court }}提起行政诉讼。",
    "recourse": "认为本机关未依法办理、侵犯{{ you }}合法权益的，可以自知道或者应当知道之日起60日内"
    "向{{ reconsideration }}申请行政复议，或者在6个月内向{{ court }}提起行政诉讼。",
    "contact": "联系方式：{{ office }}{% if phone %}，电话{{ phone }}{% endif %}"
    "{% if address %}，地址{{ address }}{% endif %}。",
}
SENTENCE_LABELS = {
    "remedies": "救济途径（标准文字）",
    "recourse": "救济途径（标准文字）",
    "contact": "联系方式（标准文字）",
}


def fields_for(kind: NoticeKind) -> dict[str, str]:
    """The names of the fields that a kind's templates may use, with their help."""
    labels = {
        name: field.label + ("（没有的为空）" if field.may_lack else "")
        for name, field in FIELDS.items()
        if kind in field.kinds
    }
    sentences = ("remedies" if kind in DECIDING else "recourse", "contact")
    return labels | {name: SENTENCE_LABELS[name] for name in sentences}


def in_letter(values: dict[str, str], kind: NoticeKind, *, annexed: bool) -> dict[str, str]:
    """The values that a letter has: what stands in its annex is not told again, and without one it names none."""
    without = ({"details"} | ({"reasons"} if kind in ON_MONEY else set())) if annexed else {"annex"}
    return {name: "" if name in without else value for name, value in values.items()}
