"""The form by which an officer returns a claim for correction."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict

from applications.claims.selectors.scope import CorrectionTarget
from applications.claims.services.corrections import SHORTEST_WORKDAYS, PointAsked
from portal.core.fields import LineField
from portal.core.numbers import whole_number
from review.decisions.enums import Conclusion
from review.decisions.forms.decision import SeenForm
from review.decisions.selectors.claim_review import ClaimReview

# The button that asks for more lines; nothing is sent to the applicant by it.
MORE = "more"
POINTS = 4
MORE_POINTS = 4
# A claim of 200 lines, each asked about more than once.
MOST_POINTS = 500


class CorrectionForm(SeenForm):
    """Places of the form to correct, each with what is asked there."""

    conclusion = Conclusion.CORRECT
    fields_template = "review/_correction_points.html"
    help = "请一次列全：申报单位只能修改列出的位置。空着的行不起作用。"
    done = "已退回申报单位补正。"

    def __init__(
        self,
        data: MultiValueDict[str, Any] | None = None,
        *,
        claim_review: ClaimReview,
        targets: Sequence[CorrectionTarget],
        **options: Any,
    ) -> None:
        super().__init__(data, claim_review=claim_review, **options)
        places = [("", "请选择位置"), ("|", "整份申报"), *((target.value, target.label) for target in targets)]
        self._places = {target.value: target for target in targets}
        sent = [whole_number(name.removeprefix("place_")) for name in data or {} if name.startswith("place_")]
        asked = max((number + 1 for number in sent if number is not None), default=0)
        more = MORE_POINTS if data and data.get("intent") == MORE else 0
        self.count = min(max(POINTS, asked + more), MOST_POINTS)
        longest = settings.CORRECTION_WORKDAYS
        days = [(days, f"{days} 个工作日") for days in range(SHORTEST_WORKDAYS, longest + 1)]
        self.fields["workdays"] = forms.TypedChoiceField(
            label="补正期限",
            choices=days,
            coerce=int,
            initial=longest,
            required=False,
            empty_value=None,
            help_text="从退回的次日起算。",
        )
        for number in range(self.count):
            self.fields[f"place_{number}"] = forms.ChoiceField(
                label=f"第 {number + 1} 处", required=False, choices=places
            )
            self.fields[f"remark_{number}"] = LineField(
                label=f"第 {number + 1} 处要求",
                required=False,
                max_length=300,
                widget=forms.TextInput(attrs={"placeholder": "例如：发票金额与填写的不一致，请核对后修改"}),
            )

    @property
    def rows(self) -> list[tuple[BoundField, BoundField]]:
        return [(self[f"place_{number}"], self[f"remark_{number}"]) for number in range(self.count)]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for number in range(self.count):
            place = self.cleaned_data.get(f"place_{number}")
            remark = (self.cleaned_data.get(f"remark_{number}") or "").strip()
            if place and not remark:
                self.add_error(f"remark_{number}", "请写明这一处有什么问题、应怎样补正。")
            if remark and not place:
                self.add_error(f"place_{number}", "请选择这条要求对应的位置。")
        if not self.errors and not self.points:
            raise forms.ValidationError("请至少填写一处需要补正的内容。")
        return cleaned

    @property
    def points(self) -> list[PointAsked]:
        found = []
        for number in range(self.count):
            place = self.cleaned_data.get(f"place_{number}")
            if not place:
                continue
            target = self._places.get(place)
            found.append(
                PointAsked(
                    line_position=target.line_position if target else None,
                    field=target.field if target else "",
                    remark=self.cleaned_data[f"remark_{number}"].strip(),
                )
            )
        return found
