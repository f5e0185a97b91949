"""Forms of the payments screen."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from portal.core.fields import DayField, LineField, SearchField
from portal.core.filters import FilterForm
from review.funding.services import Voucher

STATES = (("", "全部"), ("approved", "待拨付"), ("returned", "退票待重付"), ("paid", "已拨付"))


class PaymentFilterForm(FilterForm):
    """Filters of the payments screen and of its sheet."""

    q = SearchField(
        label="查找",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "编号、单位名称或信用代码"}),
    )
    state = forms.ChoiceField(label="状态", required=False, choices=STATES)
    region = forms.ChoiceField(label="区县", required=False)
    paid_from = DayField(label="凭证日期自", required=False)
    paid_to = DayField(label="凭证日期至", required=False)

    def __init__(
        self, data: MultiValueDict[str, Any] | None = None, *, districts: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.fields["region"].choices = [("", "全部"), *districts]  # type: ignore[attr-defined]

    def as_filter(self) -> dict[str, Any]:
        """The arguments of `filter_payments`. Raises FilterError."""
        asked = self.asked()
        return {
            "text": asked.get("q") or "",
            "state": asked.get("state") or "",
            "region": asked.get("region") or "",
            "paid_from": asked.get("paid_from"),
            "paid_to": asked.get("paid_to"),
        }


class PaymentForm(forms.Form):
    """A payment as the bank's paper shows it."""

    voucher = LineField(label="凭证号", max_length=60)
    on = DayField(label="拨付日期")
    is_shared = forms.BooleanField(label="同一凭证批量拨付多笔", required=False)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: MultiValueDict[str, Any] | None = None,
        *,
        shown: str = "",
        **options: Any,
    ) -> None:
        super().__init__(data, initial={"on": timezone.localdate(), "shown": shown}, **options)

    @property
    def paper(self) -> Voucher:
        given = self.cleaned_data
        return Voucher(given["voucher"], given["on"], is_shared=given.get("is_shared", False))


class ReturnForm(PaymentForm):
    """A payment that the bank sent back."""

    reason = LineField(label="退票原因", max_length=200)
    field_order = ("reason", "voucher", "on")

    def __init__(self, data: MultiValueDict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["on"].label = "退票日期"
        self.fields["voucher"].label = "退票凭证号"
