"""What a template of a kind of notice may say, and must: the closed language with the fields of `fields`.

Each line is a paragraph of the letter, between the name it addresses and the signature. Title, number, name, annex,
signature, date and code are printed around it in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path

from portal.core.closed_language import WordingError, conditions_of, fields_of, fill, said_by
from portal.core.printable import named, unprintable
from review.notices.enums import NoticeKind
from review.notices.snapshot import ON_MONEY, REASONED, WITH_SUM, Snapshot
from review.wordings.enums import Part
from review.wordings.fields import FIELDS, LISTING, SENTENCES, fields_for, in_letter

LONGEST = 3000
# Each more doubles the cases that are tried.
MOST_CONDITIONS = 10
_LETTERS = Path(__file__).parent / "letters"
_FIGURE = "\\d零〇一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾"
_SUM = re.compile(f"[{_FIGURE}][{_FIGURE},，.百千万亿佰仟]*元")
# What each kind must say of what it decides, in words; and of its own facts, by fields.
_DEED = {
    NoticeKind.RECEIPT: "收到",
    NoticeKind.ACCEPTANCE: "受理",
    NoticeKind.DECLINED: "不予受理",
    NoticeKind.CORRECTION: "补正",
    NoticeKind.ABANDONED: "视为放弃",
    NoticeKind.GRANT: "资助",
    NoticeKind.REFUSAL: "不予支持",
    NoticeKind.RECOGNITION: "认定",
    NoticeKind.PAYMENT: "拨付",
    NoticeKind.CHANGE: "变更",
    NoticeKind.REVOCATION: "撤销",
    NoticeKind.DEMAND: "追缴",
}
_OWN = {
    NoticeKind.CORRECTION: ("due_on",),
    NoticeKind.RECOGNITION: ("recognised",),
    NoticeKind.PAYMENT: ("payer", "paid_on", "account_tail", "voucher"),
    NoticeKind.CHANGE: ("previous",),
    NoticeKind.REVOCATION: ("previous",),
    NoticeKind.DEMAND: ("pay_days", "account"),
}
# The law's own terms: 行政复议法 art. 20, 行政诉讼法 art. 46.
_TERMS = ("60日", "6个月")


def needed_fields(kind: NoticeKind) -> list[str]:
    """The fields that a kind's letter must say wherever they are not empty."""
    wanted = ["claim_number", "basis", *_OWN.get(kind, ())]
    wanted += ["total", "total_words"] * (kind in WITH_SUM) + ["clause", "grant_number"] * (kind in ON_MONEY)
    wanted += ["reasons"] * (kind in REASONED) + ["details"] * (kind in FIELDS["details"].kinds)
    return [*wanted, "reconsideration", "court", "office", "phone"]


def needed_words(kind: NoticeKind) -> list[str]:
    """The words that a kind's letter must have."""
    return [_DEED[kind], *_TERMS]


@lru_cache(maxsize=len(NoticeKind))
def standard(kind: NoticeKind) -> str:
    """The template that counts where an office has released none of its own."""
    return (_LETTERS / f"{kind}.txt").read_text(encoding="utf-8").strip()


def check(kind: NoticeKind, text: str) -> None:
    """Raise WordingError for a template that is too long, not understood, not printable, or can leave out a must."""
    if len(text) > LONGEST:
        raise WordingError(f"文字有 {len(text)} 个字符，请不超过 {LONGEST} 个。")
    fields_of(text, fields_for(kind))
    own = said_by(text)
    if missing := unprintable(text):
        raise WordingError(f"{named(missing)} 没有可印的字形，请改用其他字。")
    if found := _SUM.search(own):
        raise WordingError(f"请不要写“{found[0]}”：金额由平台按决定填写，请用字段，如 {{{{ total }}}}元。")
    asked = sorted(conditions_of(text) | ({"annex"} if kind in LISTING else set()))
    if len(asked) > MOST_CONDITIONS:
        raise WordingError(f"条件用了 {len(asked)} 个字段，请不超过 {MOST_CONDITIONS} 个。")
    for values in _cases(kind, asked):
        said = fill(text, values)
        for name in needed_fields(kind):
            if values[name] and values[name] not in said:
                raise WordingError(_left_out(name, [one for one in asked if not values[one]]))
        for word in needed_words(kind):
            if word not in said:
                raise WordingError(f"{kind.label}必须写明“{word}”，并且不能只在某个条件下才写。")


def _left_out(name: str, absent: list[str]) -> str:
    when = f"（没有 {'、'.join(absent)} 时没有印出）" if absent else ""
    return f"通知书必须写明“{FIELDS[name].label}”{when}：请写入 {{{{ {name} }}}}，不要放在别的字段的条件里。"


def _cases(kind: NoticeKind, asked: list[str]) -> Iterator[dict[str, str]]:
    """Values of the fields for every case that a template tells apart: each field is its own mark, or empty."""
    marks = {name: f"⟦{name}⟧" for name, field in FIELDS.items() if kind in field.kinds}
    may_lack = [name for name in asked if name in FIELDS and FIELDS[name].may_lack]
    for present in product((True, False), repeat=len(may_lack)):
        values = marks | {name: marks[name] if there else "" for name, there in zip(may_lack, present, strict=True)}
        values = in_letter(values, kind, annexed=bool(values.get("annex")))
        yield values | {name: fill(text, values) for name, text in SENTENCES.items()}


@lru_cache(maxsize=256)
def _used(text: str) -> frozenset[str]:
    return frozenset(fields_of(text, [*FIELDS, *SENTENCES]))


def paragraphs(notice: Snapshot, *, annexed: bool) -> list[str]:
    """What a notice's letter says, by its own template or the standard one; `annexed`: what it lists has an annex."""
    kind = NoticeKind(notice.kind)
    text = notice.template.text if notice.template else standard(kind)
    worded = {part: "\n".join(said) for part, said in notice.wording.items()}
    used = _used(text)
    sentences = used & SENTENCES.keys()
    read = used.union(*(_used(SENTENCES[name]) for name in sentences)) & FIELDS.keys()
    values = in_letter({name: FIELDS[name].read(notice) for name in read}, kind, annexed=annexed)
    values |= {name: worded.get(name) or fill(SENTENCES[name], values) for name in sentences}
    lines = [worded.get(Part.OPENING, ""), fill(text, values), worded.get(Part.CLOSING, "")]
    return [line.strip() for line in "\n".join(lines).splitlines() if line.strip()]
