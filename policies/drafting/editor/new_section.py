"""The form that begins a section, and copies of one."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from policies.drafting import yaml_codec
from policies.drafting.presets import preset_item, preset_rule
from policies.engine import checks
from policies.engine.problems import Fault, as_written
from policies.engine.terms import ITEM_KINDS

_RULE, _SETTINGS = "rule", "settings"


class NewSectionForm(forms.Form):
    """What is added, and under which id. `section` and `place` are there once it is valid."""

    kind = forms.ChoiceField(
        label="添加什么",
        choices=[
            ("", "请选择"),
            ("可以申领或衡量的事项", list(ITEM_KINDS.items())),
            ("其他", [(_RULE, "登记一条不能申领的条款"), (_SETTINGS, "本文件自己的口径")]),
        ],
        error_messages={"required": "请选择要添加什么。"},
    )
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
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.include_media = False

    @property
    def place(self) -> int | None:
        """Where the section is put: readings right after the head, everything else at the end."""
        return 1 if yaml_codec.kind_of(self.section) == yaml_codec.SETTINGS else None

    def clean(self) -> dict[str, Any]:
        kind, code = self.cleaned_data.get("kind"), self.cleaned_data.get("code", "")
        if kind == _SETTINGS:
            if any(yaml_codec.kind_of(section) == yaml_codec.SETTINGS for section in self.sections):
                self.add_error("kind", "本文件已有口径一段，请在那一段里添加。")
            self.section = {_SETTINGS: {}}
        elif kind:
            self._clean_code(code)
            self.section = preset_rule(code=code) if kind == _RULE else preset_item(kind, code=code)
        return self.cleaned_data

    def _clean_code(self, code: str) -> None:
        try:
            checks.item_id(code)
        except Fault as fault:
            self.add_error("code", fault.in_form("编号", as_written))
            return
        if code in {yaml_codec.name_of(section) for section in self.sections}:
            self.add_error("code", f"编号 {code} 已经用过，请换一个；同一事项的另一版本请复制该事项。")


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
