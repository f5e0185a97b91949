"""Over which claims a simulation runs."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from policies.engine import Catalogue
from policies.engine.money import MAX_YUAN
from portal.core.fields import LineField, YuanField
from review.whatif.enums import ChangeKind, Source
from review.whatif.rules import Rules
from review.whatif.services.runs import Plan

LARGEST = 1_000_000
LARGEST_SEED = 2**31 - 1


class RunForm(forms.Form):
    """Over which claims; the forms below add what is tried. `key` makes a double click one run."""

    change = ChangeKind.PUBLISHED

    key = forms.UUIDField(widget=forms.HiddenInput)
    source = forms.ChoiceField(
        label="测算范围",
        choices=[(Source.STORED, "本市已存申报"), (Source.GENERATED, "模拟人群")],
        widget=forms.RadioSelect,
        help_text="已存申报反映真实发生过的申报；模拟人群用于还没有申报的新事项。",
    )
    years = forms.MultipleChoiceField(
        label="申报年度", required=False, widget=forms.CheckboxSelectMultiple, help_text="不选为全部年度。"
    )
    regions = forms.MultipleChoiceField(
        label="区县", required=False, widget=forms.CheckboxSelectMultiple, help_text="不选为全市。"
    )
    documents = forms.MultipleChoiceField(
        label="政策文件",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选为全部文件。模拟人群只生成所选文件的申报。",
    )
    size = forms.IntegerField(
        label="模拟申报件数", min_value=1, max_value=LARGEST, initial=100_000, help_text="1 至 1,000,000 件。"
    )
    seed = forms.IntegerField(
        label="随机种子",
        min_value=0,
        max_value=LARGEST_SEED,
        initial=1,
        help_text="同一种子生成同样的人群，便于比较不同方案。",
    )
    budget = YuanField(label="年度预算（元，可不填）", required=False, help_text="填写后显示各年度预算何时用完。")
    title = LineField(label="名称（可不填）", required=False, max_length=120)
    again = forms.BooleanField(label="条件相同也重新测算一次", required=False)

    def __init__(
        self,
        data: MultiValueDict[str, Any] | None = None,
        *,
        current: Catalogue,
        choices: Mapping[str, Sequence[tuple[str, str]]],
        **options: Any,
    ) -> None:
        initial = {"key": uuid.uuid4(), "source": Source.STORED} | options.pop("initial", {})
        super().__init__(data, initial=initial, **options)
        self.current = current
        self.rules = Rules()
        self.words: list[str] = []
        for name, values in choices.items():
            self.fields[name].choices = list(values)  # type: ignore[attr-defined]
            if not values:
                del self.fields[name]

    @property
    def tried(self) -> list[str]:
        """Names of the fields that say what is tried."""
        return [name for name in self.fields if name not in RunForm.base_fields]

    @property
    def tried_fields(self) -> list[forms.BoundField]:
        """The figures that are tried."""
        return [self[name] for name in self.tried if not name.startswith("settings.")]

    @property
    def reading_fields(self) -> list[forms.BoundField]:
        """Readings of one item, which are tried less often."""
        return [self[name] for name in self.tried if name.startswith("settings.")]

    def clean_budget(self) -> Any:
        budget = self.cleaned_data["budget"]
        if budget is not None and budget <= 0:
            raise forms.ValidationError("预算应大于零；不比较预算时请留空。")
        if budget is not None and budget > MAX_YUAN:
            raise forms.ValidationError("预算过大，请核对单位是否为元。")
        return budget

    @property
    def target(self) -> str:
        """What is tried, by its id."""
        return ""

    @property
    def default_title(self) -> str:
        return "现行政策"

    def as_plan(self) -> Plan:
        """What was asked; of a valid form."""
        asked = self.cleaned_data
        source = Source(asked["source"])
        scope: dict[str, Any] = {"documents": sorted(asked.get("documents", ()))}
        if source == Source.STORED:
            scope |= {
                "years": sorted(int(year) for year in asked.get("years", ())),
                "regions": sorted(asked.get("regions", ())),
            }
        else:
            scope |= {"size": asked["size"], "seed": asked["seed"]}
        where = "已存申报" if source == Source.STORED else f"模拟 {asked['size']:,} 件"
        return Plan(
            title=asked["title"] or f"{self.default_title} · {where}",
            change=self.change,
            source=source,
            scope=scope,
            target=self.target,
            target_revision=self.target_revision,
            words=self.words,
            rules=self.rules,
            budget=asked["budget"],
        )

    @property
    def target_revision(self) -> int:
        """The revision of a draft."""
        return 0
