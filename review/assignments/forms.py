"""Forms of a claim's desk, of assignments by hand, of absences and rules."""

from typing import Any

from django import forms

from policies.published.models import SupportItem
from portal.accounts.models import User
from portal.core.fields import DayField, LineField
from portal.recusal.enums import DECLARED
from review.assignments.enums import SuspensionReason, Way


class DeskForm(forms.Form):
    """One deed on a claim's desk; its name is what its button sends."""

    deed = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options | {"auto_id": f"id_{self.deed}_%s"})


class MoveForm(DeskForm):
    """To whom a claim goes."""

    deed = "move"
    officer = forms.ModelChoiceField(label="改派给", queryset=User.objects.none(), empty_label="请选择")
    note = LineField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, officers: list[User], **options: Any) -> None:
        super().__init__(*args, **options)
        found = User.objects.filter(pk__in=[user.pk for user in officers]).order_by("name", "pk")
        self.fields["officer"].queryset = found  # type: ignore[attr-defined]


class SuspendForm(DeskForm):
    """Why the work on a claim rests, and until when."""

    deed = "suspend"
    reason = forms.ChoiceField(label="事由", choices=SuspensionReason.choices, help_text="申报单位可见。")
    expected_on = DayField(label="预计恢复日期")
    note = LineField(label="内部说明", max_length=300, required=False, help_text="仅办理人员可见。")


class RecuseForm(DeskForm):
    """Why an officer must not work on the applicant's claims."""

    deed = "recuse"
    ground = forms.ChoiceField(label="回避事由", choices=[(one.value, one.label) for one in DECLARED])
    reason = LineField(label="情形说明", max_length=300, help_text="供负责人和审计查阅，申报单位不可见。")


class AbsenceForm(forms.Form):
    """Who is away from day to day, and who stands in."""

    user = forms.ModelChoiceField(label="外出人员", queryset=User.objects.none(), empty_label=None)
    deputy = forms.ModelChoiceField(
        label="代办人",
        queryset=User.objects.none(),
        required=False,
        empty_label="无（由同环节其他人员办理）",
        help_text="须有相同地区的相同职责。",
    )
    starts_on = DayField(label="开始日期")
    ends_on = DayField(label="结束日期", help_text="含当日。")
    note = LineField(label="说明", max_length=100, required=False)

    def __init__(self, *args: Any, people: list[User], deputies: list[User], **options: Any) -> None:
        super().__init__(*args, **options)
        for name, users in (("user", people), ("deputy", deputies)):
            found = User.objects.filter(pk__in=[user.pk for user in users]).order_by("name", "pk")
            self.fields[name].queryset = found  # type: ignore[attr-defined]


class BulkForm(forms.Form):
    """Which claims of a stage go to whom."""

    source = forms.ChoiceField(label="分派哪些")
    way = forms.ChoiceField(label="方式", choices=[(way.value, way.label) for way in (Way.LEAST_LOAD, Way.ROUND_ROBIN)])
    most = forms.IntegerField(label="最多件数", min_value=1, max_value=500, initial=50)
    officers = forms.MultipleChoiceField(
        label="分派给", widget=forms.CheckboxSelectMultiple, required=False, help_text="不选为该环节全部在岗人员。"
    )

    def __init__(self, *args: Any, officers: list[User], **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(str(user.pk), user.name) for user in officers]
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            ("", "尚未分派的"),
            *((pk, f"{name}承办的") for pk, name in named),
        ]
        self.fields["source"].required = False
        self.fields["officers"].choices = named  # type: ignore[attr-defined]


class RuleForm(forms.Form):
    """How claims of a stage are assigned when they arrive; the weights stand beside the officers."""

    item = forms.ModelChoiceField(
        label="支持事项", queryset=SupportItem.objects.none(), required=False, empty_label="全部（未单独设规则的）"
    )
    way = forms.ChoiceField(label="方式", choices=Way.choices)
    is_active = forms.BooleanField(label="启用", required=False, initial=True)

    def __init__(self, *args: Any, officers: list[User], **options: Any) -> None:
        super().__init__(*args, **options)
        items = SupportItem.objects.filter(claimable=True).order_by("document", "position")
        self.fields["item"].queryset = items  # type: ignore[attr-defined]
        self.officers = officers
        for user in officers:
            self.fields[f"weight_{user.pk}"] = forms.IntegerField(
                label=user.name, min_value=0, max_value=10, required=False, initial=0, help_text="0 为不参加"
            )

    @property
    def weights(self) -> dict[int, int]:
        """The weights of those who take part, in the order of the form."""
        given = {user.pk: self.cleaned_data.get(f"weight_{user.pk}") or 0 for user in self.officers}
        return {pk: weight for pk, weight in given.items() if weight}
