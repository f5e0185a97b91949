"""Forms in which officials enter affiliations and lift recusals."""

from django import forms

from portal.core.fields import DayField, LineField
from portal.core.identifiers import IdentifierError, read_uscc
from portal.recusal.enums import Tie


class AffiliationForm(forms.Form):
    """An organisation for which an official works, worked or acted."""

    organisation = LineField(label="单位名称", max_length=120, help_text="按营业执照或法人证书填写全称。")
    uscc = LineField(label="统一社会信用代码", max_length=18, required=False, help_text="知道的请填写，核对更准确。")
    tie = forms.ChoiceField(label="关系", choices=Tie.choices)
    ended_on = DayField(label="结束日期", required=False, help_text="仍在继续的留空。")

    def clean_uscc(self) -> str:
        text = self.cleaned_data["uscc"]
        if not text:
            return ""
        try:
            return str(read_uscc(text))
        except IdentifierError as error:
            raise forms.ValidationError(str(error)) from error


class LiftForm(forms.Form):
    """Why a recusal is lifted."""

    reason = LineField(label="解除理由", max_length=300)
