"""Forms of allocations and of documents that give money."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from portal.core.fields import LineField, YuanField
from portal.core.money import to_fen, to_yuan
from portal.core.numbers import NumberError, read_number
from review.appropriations.figures import FIGURES
from review.appropriations.services.allocations import FactorPlan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.accounts.models import Region
    from review.treasury.models import BudgetLine


class FigureField(forms.CharField):
    """An exact number without a unit, zero or more; gives a Decimal."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        try:
            number = read_number(str(text))
        except NumberError as error:
            raise forms.ValidationError(str(error)) from error
        if number.unit not in ("", "%"):
            raise forms.ValidationError(f"只填数字，不带“{number.unit}”。")
        return number.value


class HeadingForm(forms.Form):
    """Title, basis and pool of an allocation; for a new one also its line."""

    title = LineField(label="名称", max_length=120, help_text="如：2026年市级知识产权专项资金因素法分配方案")
    basis = LineField(label="依据", max_length=200, help_text="如：锡政办发〔2020〕11号第一条第二款")
    pool = YuanField(label="分配总额（元）", help_text="可写 300万元；不超过指标的可用余额。")


class AllocationForm(HeadingForm):
    """A new allocation; `key` makes a double click one."""

    line = forms.ChoiceField(label="从哪项指标分配")
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("line", "title", "basis", "pool")

    def __init__(self, data: Any = None, *, lines: Sequence[BudgetLine], **options: Any) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()}, **options)
        self.lines = {str(line.pk): line for line in lines}
        self.fields["line"].choices = [(key, str(line)) for key, line in self.lines.items()]  # type: ignore[attr-defined]

    @property
    def chosen_line(self) -> BudgetLine:
        return self.lines[self.cleaned_data["line"]]


class FactorForm(forms.Form):
    """One factor: entered with its source, or a figure that the portal counts, with a value for every district."""

    name = LineField(label="因素名称", max_length=60)
    weight = FigureField(label="权重（%）", help_text="各因素的权重之和应为 100。")
    figure = forms.ChoiceField(
        label="数据",
        required=False,
        choices=[("", "手工填写，注明来源"), *((code, f"门户统计：{each.label}") for code, each in FIGURES.items())],
    )
    source = LineField(
        label="数据来源", max_length=200, required=False, help_text="手工填写时必填，如文件名称、文号和日期。"
    )

    def __init__(
        self, data: Any = None, *, districts: Sequence[Region], standing: Mapping[str, Any] | None = None
    ) -> None:
        initial: dict[str, Any] = {}
        if standing is not None:
            initial = {name: standing[name] for name in ("name", "weight", "figure", "source")}
            initial |= {f"value_{code}": value for code, value in standing["values"].items()}
        super().__init__(data, initial=initial)
        self.districts = districts
        for district in districts:
            self.fields[f"value_{district.code}"] = FigureField(label=district.name, required=False)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not given.get("figure"):
            if not given.get("source"):
                self.add_error("source", "请写明数据来源，或改选门户统计的数据。")
            for district in self.districts:
                name = f"value_{district.code}"
                if given.get(name) is None and name not in self.errors:
                    self.add_error(name, "请填写数值，没有的填 0。")
        return given

    def plan(self, year: int) -> FactorPlan:
        """The factor; a figure of the portal is counted now, for the year before `year`."""
        given = self.cleaned_data
        codes = [district.code for district in self.districts]
        figure = FIGURES.get(given["figure"])
        if figure is None:
            values: dict[str, Decimal] = {code: given[f"value_{code}"] for code in codes}
            return FactorPlan(given["name"], given["weight"], given["source"], values)
        source = f"门户统计：{figure.label.replace('上一年度', f'{year - 1}年')}"
        return FactorPlan(given["name"], given["weight"], source, figure.values(codes, year - 1), given["figure"])


class ReasonForm(forms.Form):
    """Why something is sent back, adjusted or recalled."""

    reason = LineField(label="原因", max_length=300)


class DocumentForm(forms.Form):
    """A document that gives sums of a line to districts."""

    line = forms.ChoiceField(label="从哪项指标下达")
    title = LineField(label="标题", max_length=120)
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        lines: Sequence[BudgetLine],
        districts: Sequence[Region],
        sums: Mapping[str, int] | None = None,
        **options: Any,
    ) -> None:
        initial = {"key": uuid.uuid4(), **options.pop("initial", {})}
        initial |= {f"sum_{code}": to_yuan(fen) for code, fen in (sums or {}).items()}
        super().__init__(data, initial=initial, **options)
        self.lines = {str(line.pk): line for line in lines}
        self.fields["line"].choices = [(key, str(line)) for key, line in self.lines.items()]  # type: ignore[attr-defined]
        self.districts = districts
        for district in districts:
            self.fields[f"sum_{district.code}"] = YuanField(label=f"{district.name}（元）", required=False)

    @property
    def chosen_line(self) -> BudgetLine:
        return self.lines[self.cleaned_data["line"]]

    @property
    def sums(self) -> dict[str, int]:
        """Fen by district."""
        given = {district.code: self.cleaned_data[f"sum_{district.code}"] for district in self.districts}
        return {code: to_fen(yuan) for code, yuan in given.items() if yuan}


class ReceiptForm(forms.Form):
    """The district's word that a sum arrived."""

    note = LineField(label="回执说明", max_length=200, required=False)
