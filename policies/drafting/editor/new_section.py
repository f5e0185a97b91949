"""The form that begins a section, what it may begin from, and copies of sections."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict

from policies.drafting import yaml_codec
from policies.drafting.borrowing import Borrowed, first_day_of, from_library
from policies.drafting.library import CATEGORIES, entries_like, library
from policies.drafting.presets import preset_item, preset_rule
from policies.drafting.selectors.borrowing import borrowed_item, items_to_borrow
from policies.engine import checks
from policies.engine.problems import Fault, as_written
from policies.engine.terms import ITEM_KINDS
from policies.published.models import PolicyDocument
from portal.core.filters import FilterForm

RULE, SETTINGS = yaml_codec.RULE, yaml_codec.SETTINGS
# Goes before the id of an item, or of a document, that is published.
LENT = "item:"


class Offer(NamedTuple):
    """An item to begin from: what its button sends, what it is, where it comes from, and a word more."""

    kind: str
    title: str
    summary: str
    source: str
    note: str


class NewSectionForm(forms.Form):
    """What is added, and under which id. `borrowed` or `section`, and `place`, are there once it is valid.

    `kind` is an entry of the library, `item:` with a published item's id, a kind of item to begin from nothing, a rule
    of the register, or readings.
    """

    kind = forms.CharField(widget=forms.HiddenInput, error_messages={"required": "请选择要添加什么。"})
    code = forms.CharField(
        label="编号",
        required=False,
        max_length=60,
        help_text="小写字母、数字和连字符，如 wx2026-01-inv；口径不用填。",
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Any, *, sections: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(data, initial={"code": free_code(sections)}, label_suffix="")
        self.sections = sections
        self.section: dict[str, Any] = {}
        self.borrowed: Borrowed | None = None

    kinds = ITEM_KINDS

    @property
    def place(self) -> int | None:
        """Where the section is put: readings right after the head, everything else at the end."""
        return 1 if yaml_codec.kind_of(self.section) == yaml_codec.SETTINGS else None

    def clean(self) -> dict[str, Any]:
        kind, code = self.cleaned_data.get("kind"), self.cleaned_data.get("code") or free_code(self.sections)
        if kind == SETTINGS:
            if any(yaml_codec.kind_of(section) == yaml_codec.SETTINGS for section in self.sections):
                self.add_error("kind", "本文件已有口径一段，请在那一段里添加。")
            self.section = {SETTINGS: {}}
        elif kind and self._is_free(code):
            if kind == RULE:
                self.section = preset_rule(code=code)
            elif kind in ITEM_KINDS:
                self.section = preset_item(kind, code=code)
            else:
                self._borrow(kind, code)
        return self.cleaned_data

    def _borrow(self, kind: str, code: str) -> None:
        first_day = first_day_of(self.sections)
        if kind.startswith(LENT):
            self.borrowed = borrowed_item(kind.removeprefix(LENT), code=code, first_day=first_day)
        elif kind in library():
            self.borrowed = from_library(library()[kind], code=code, first_day=first_day)
        if self.borrowed is None:
            self.add_error("kind", "没有这样的事项，请从列出的事项中选择。")
        else:
            self.section = self.borrowed.section

    def _is_free(self, code: str) -> bool:
        try:
            checks.item_id(code)
        except Fault as fault:
            self.add_error("code", fault.in_form("编号", as_written))
            return False
        if code in {yaml_codec.name_of(section) for section in self.sections}:
            self.add_error("code", f"编号 {code} 已经用过，请换一个；同一事项的另一版本请复制该事项。")
            return False
        return True


class BorrowFilterForm(FilterForm):
    """Which items to borrow are listed: by words, and from where."""

    q = forms.CharField(label="找什么", required=False, max_length=60)
    source = forms.ChoiceField(label="从哪里", required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        documents = PolicyDocument.objects.filter(texts__isnull=False).distinct().order_by("code")
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            ("", "示例库和已发布的文件"),
            ("示例库", list(CATEGORIES.items())),
            ("已发布的文件", [(f"{LENT}{one.code}", str(one)) for one in documents]),
        ]

    def found(self) -> list[Offer]:
        """What can be borrowed, at most a page of it. Raises FilterError."""
        asked = self.asked()
        words, source = asked["q"] or "", asked["source"] or ""
        offers = []
        if not source.startswith(LENT):
            offers += [
                Offer(entry.name, entry.title, entry.summary, CATEGORIES[entry.category], f"{len(entry.cases)} 个案例")
                for entry in entries_like(words, category=source)
            ]
        if source.startswith(LENT) or (words and not source):
            offers += [
                Offer(f"{LENT}{item.code}", item.title, item.summary, str(item.document), item.article)
                for item in items_to_borrow(words, document=source.removeprefix(LENT))
            ]
        return offers


def free_code(sections: Sequence[Mapping[str, Any]]) -> str:
    """An id that no section of the document has yet."""
    taken = {yaml_codec.name_of(section) for section in sections}
    stem = yaml_codec.name_of(sections[0]) or "new" if sections else "new"
    return next(code for number in range(1, len(sections) + 2) if (code := f"{stem}-{number:02d}-new") not in taken)


def copy_of(section: Mapping[str, Any], sections: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The section under an id that is free; None for a head or readings, of which a document has one."""
    kind = yaml_codec.kind_of(section)
    if kind not in (yaml_codec.ITEM, yaml_codec.RULE):
        return None
    taken = {yaml_codec.name_of(one) for one in sections}
    stem = yaml_codec.name_of(section)
    code = next(name for number in range(2, len(sections) + 3) if (name := f"{stem}-v{number}") not in taken)
    return {**copy.deepcopy(dict(section)), kind: code}
