"""What the administrator enters about days."""

from typing import Any

from django import forms

from portal.core.fields import DayField, LineField
from portal.workdays.enums import SpanKind
from portal.workdays.services import LONGEST_SPAN


class SpanForm(forms.Form):
    """Days to be set, with their basis."""

    first = DayField(label="自")
    last = DayField(label="至（含）", required=False, help_text="只调整一天时可以不填")
    kind = forms.ChoiceField(label="这些日子", choices=SpanKind.choices)
    basis = LineField(label="依据", max_length=200, help_text="文件名称和文号，例如省政府办公厅关于调休的通知")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first = cleaned.get("first")
        if first is None or "last" in self.errors:
            return cleaned
        last = cleaned["last"] = cleaned.get("last") or first
        if last < first:
            self.add_error("last", "结束日期早于开始日期，请改正其中一个。")
        elif (last - first).days >= LONGEST_SPAN:
            self.add_error("last", f"一次最多登记 {LONGEST_SPAN} 天，请分几次登记。")
        return cleaned


class RemovalForm(forms.Form):
    """A span whose days go back to the national calendar."""

    first = DayField()
    last = DayField()
