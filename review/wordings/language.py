"""The language of wordings: plain text with named fields and conditions, of Django's template language.

    {{ phone }}   {{ address|default:"见本机关网站" }}   {% if phone %}电话{{ phone }}{% else %}…{% endif %}

Nothing else is understood: one tag, one filter, and the fields of `FIELDS` by their names alone. A wording reads no
attribute, calls nothing, and includes and loads nothing. Each line of it is a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.template import Context, Engine, Library, Template, TemplateSyntaxError
from django.template.base import Lexer, TokenType
from django.template.defaultfilters import default
from django.template.defaulttags import do_if

from portal.core.printable import named, unprintable
from review.notices.letter import long_date
from review.notices.snapshot import Snapshot
from review.wordings.enums import Part

LONGEST = 600
_FIELD = re.compile(r"(\w+)(\|default:\"[^\"{}%]*\")?")
_CONDITION = re.compile(r"(?:el)?if (?:not )?\w+(?: (?:and|or) (?:not )?\w+)*")
_CONDITION_WORDS = frozenset({"if", "elif", "not", "and", "or"})
_BARE = frozenset({"else", "endif"})


class WordingError(ValueError):
    """A wording that no notice may have; the message is Chinese and says what to write instead."""


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


class _ClosedEngine(Engine):
    """Django's engine with one tag and one filter, and no loaders."""

    def __init__(self) -> None:
        super().__init__(autoescape=False, loaders=[])
        library = Library()
        library.tag("if", do_if)
        library.filter("default", default)
        self.template_builtins = [library]


_ENGINE = _ClosedEngine()


def check(part: Part, text: str) -> None:
    """Raise WordingError for a wording that is too long, not understood, not printable, or lacks what the law asks."""
    if len(text) > LONGEST:
        raise WordingError(f"文字有 {len(text)} 个字符，请不超过 {LONGEST} 个。")
    used = _fields_of(text)
    if missing := unprintable(text):
        raise WordingError(f"{named(missing)} 没有可印的字形，请改用其他字。")
    try:
        _compiled(text)
    except TemplateSyntaxError as error:
        raise WordingError("条件没有写完整：每个 {% if %} 都要有 {% endif %}，顺序不能颠倒。") from error
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
    said = _compiled(text).render(Context(values, autoescape=False))
    return [line.strip() for line in said.splitlines() if line.strip()]


def worded(notice: Snapshot, part: Part) -> list[str]:
    """What a notice says in a part: the wording frozen in it, else the standard one."""
    return notice.wording.get(part) or render(STANDARD.get(part, ""), notice)


def with_part(notice: Snapshot, part: Part, text: str) -> dict[str, list[str]]:
    """The notice's wording with another text in one part; the standard one where the text is empty."""
    others = {name: said for name, said in notice.wording.items() if name != part}
    said = render(text, notice)
    return others | ({str(part): said} if said else {})


def _fields_of(text: str) -> set[str]:
    """The names of the fields used. Raises WordingError for what the language does not have."""
    used: set[str] = set()
    for token in Lexer(text).tokenize():
        if token.token_type == TokenType.VAR:
            found = _FIELD.fullmatch(token.contents)
            if found is None:
                raise WordingError(f"看不懂“{{{{ {token.contents} }}}}”：请只写字段的名称，如 {{{{ phone }}}}。")
            used.add(found[1])
        elif token.token_type == TokenType.BLOCK and token.contents not in _BARE:
            found = _CONDITION.fullmatch(token.contents)
            if found is None:
                raise WordingError(
                    f"看不懂“{{% {token.contents} %}}”：只能用 if、elif、else 和 endif，如 {{% if phone %}}。"
                )
            used |= set(token.contents.split()) - _CONDITION_WORDS
        elif token.token_type == TokenType.TEXT and re.search(r"\{[{%#]|[}%#]\}", token.contents):
            raise WordingError("有没有写完整的括号：字段写成 {{ phone }}，条件写成 {% if phone %}。")
        elif token.token_type == TokenType.COMMENT:
            raise WordingError("请删除注释：文字会原样印在通知书上。")
    for name in used:
        if name not in FIELDS:
            raise WordingError(f"没有字段“{name}”。可用的字段：{'、'.join(FIELDS)}。")
    return used


@lru_cache(maxsize=128)
def _compiled(text: str) -> Template:
    return Template(text, engine=_ENGINE)
