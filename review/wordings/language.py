"""What a wording of a notice may say: the closed language with the fields of `FIELDS`; each line is a paragraph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.core.closed_language import WordingError, fields_of, fill
from portal.core.printable import named, unprintable
from review.notices.letter import long_date
from review.notices.snapshot import Snapshot
from review.wordings.enums import Part

LONGEST = 600


@dataclass(frozen=True, slots=True)
class Field:
    """A field: what it stands for, and how it is read; where the notice has none it is empty."""

    label: str
    read: Callable[[Snapshot], str]


FIELDS = {
    "kind": Field("通知书名称", lambda notice: notice.title),
    "number": Field("文号", lambda notice: notice.number),
    "issued_on": Field("日期", lambda notice: long_date(notice.issued_on)),
    "party": Field("申报单位或个人的名称", lambda notice: notice.party.name),
    "you": Field("称呼：你单位、您", lambda notice: notice.party.addressed_as),
    "item": Field("支持事项", lambda notice: notice.claim.item),
    "claim_number": Field("申报编号", lambda notice: notice.claim.number),
    "submitted_on": Field("提交日期", lambda notice: long_date(notice.claim.submitted_on)),
    "total": Field("金额，如 5,000.00（没有金额的为空）", lambda notice: notice.total_in_figures),
    "due_on": Field("补正期限（没有的为空）", lambda notice: long_date(notice.due_on) if notice.due_on else ""),
    "office": Field("发文机关", lambda notice: notice.contact.office),
    "phone": Field("咨询电话（没有的为空）", lambda notice: notice.contact.phone),
    "address": Field("地址（没有的为空）", lambda notice: notice.contact.address),
    "reconsideration": Field("行政复议机关", lambda notice: notice.remedies.reconsideration),
    "court": Field("诉讼法院", lambda notice: notice.remedies.court),
}
# What stands where an office has released no wording of its own.
STANDARD = {
    Part.REMEDIES: "不服本决定的，可以自收到本通知书之日起60日内向{{ reconsideration }}申请行政复议，"
    "或者在6个月内向{{ court }}提起行政诉讼。",
    Part.CONTACT: "联系方式：{{ office }}{% if phone %}，电话{{ phone }}{% endif %}"
    "{% if address %}，地址{{ address }}{% endif %}。",
}
# What the law asks of a part (行政复议法 art. 20, 行政诉讼法 art. 46), as fields and as words.
NEEDED = {Part.REMEDIES: (("reconsideration", "court"), ("60日", "6个月")), Part.CONTACT: (("office", "phone"), ())}


def check(part: Part, text: str) -> None:
    """Raise WordingError for a wording that is too long, not understood, not printable, or lacks what the law asks."""
    if len(text) > LONGEST:
        raise WordingError(f"文字有 {len(text)} 个字符，请不超过 {LONGEST} 个。")
    used = fields_of(text, FIELDS)
    if missing := unprintable(text):
        raise WordingError(f"{named(missing)} 没有可印的字形，请改用其他字。")
    fields, words = NEEDED.get(part, ((), ()))
    if text.strip():
        for name in fields:
            if name not in used:
                raise WordingError(f"{part.label}必须有“{FIELDS[name].label}”：请写入 {{{{ {name} }}}}。")
        for word in words:
            if word not in text:
                raise WordingError(f"{part.label}必须写明法定期限“{word}”。")


def render(text: str, notice: Snapshot) -> list[str]:
    """The paragraphs of a checked wording for a notice."""
    values = {name: field.read(notice) for name, field in FIELDS.items()}
    return [line.strip() for line in fill(text, values).splitlines() if line.strip()]


def worded(notice: Snapshot, part: Part) -> list[str]:
    """What a notice says in a part: the wording frozen in it, else the standard one."""
    return notice.wording.get(part) or render(STANDARD.get(part, ""), notice)


def with_part(notice: Snapshot, part: Part, text: str) -> dict[str, list[str]]:
    """The notice's wording with another text in one part; the standard one where the text is empty."""
    others = {name: said for name, said in notice.wording.items() if name != part}
    said = render(text, notice)
    return others | ({str(part): said} if said else {})
