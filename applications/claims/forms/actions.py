"""Forms around a claim: to list, begin, withdraw and import."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from applications.claims.forms.grid import grid_form, grid_html
from applications.claims.selectors.lists import STATE_GROUPS
from applications.claims.services.imports import Upload, kept_upload
from applications.mandates.selectors import applicant_choices
from policies.calls.models import Call
from policies.engine.model import Fact, Item
from policies.facts.forms import LineForm
from policies.facts.values import facts_of
from portal.accounts.models import Applicant, User
from portal.core.fields import SearchField, TextField
from portal.core.filters import FilterForm
from portal.core.sheet_reading import MAX_BYTES, read_book, read_pasted_cells


class ClaimFilterForm(FilterForm):
    """Filters above the list of one's claims."""

    q = SearchField(label="编号或事项", required=False, max_length=60)
    state = forms.ChoiceField(label="进展", required=False)
    applicant = forms.ChoiceField(label="申报单位", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(value, label) for value, (label, _) in STATE_GROUPS.items()]
        self.fields["state"].choices = [("", "全部"), *states]  # type: ignore[attr-defined]
        own = [(str(pk), name) for pk, name in applicant_choices(user)]
        self.fields["applicant"].choices = [("", "全部"), *own]  # type: ignore[attr-defined]
        if len(own) < 2:
            del self.fields["applicant"]
        self.helper = FormHelper()
        self.helper.form_tag = False


class NewClaimForm(forms.Form):
    """For whom one claims, in which call, and a key: it makes a double click one claim."""

    applicant = forms.TypedChoiceField(label="申报单位", coerce=int, widget=forms.RadioSelect)
    call = forms.TypedChoiceField(label="申报通知", coerce=int, empty_value=None, widget=forms.RadioSelect)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, who: Sequence[Applicant], calls: Sequence[Call], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["call"].choices = [(call.pk, call.title) for call in calls]  # type: ignore[attr-defined]
        # Of one there is nothing to choose.
        self.fields["call"].required = len(calls) > 1
        self.fields["applicant"].choices = [(each.pk, each.name) for each in who]  # type: ignore[attr-defined]
        self.fields["applicant"].initial = who[0].pk if who else None


class WithdrawForm(forms.Form):
    """Why a claim is withdrawn."""

    reason = TextField(
        label="撤回理由",
        max_length=300,
        error_messages={"required": "请写明撤回理由，例如“材料有误，准备重新申报”。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class ImportForm(forms.Form):
    """A table as a file, as cells pasted from a spreadsheet, or kept from the last request with its columns mapped."""

    file = forms.FileField(
        label="填好的表格（.xlsx、.xls 或 .csv）",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.csv,.txt"}),
    )
    pasted = forms.CharField(
        label="或者从表格中复制单元格，粘贴在这里",
        required=False,
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "font-monospace"}),
        help_text="列的次序与模板相同（不含序号列），或者连同表头一起复制。",
    )

    def __init__(self, *args: Any, needs_table: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needs_table = needs_table
        self.helper = FormHelper()
        self.helper.form_tag = False

    @property
    def has_table(self) -> bool:
        """Whether a table came, in whichever way."""
        data = self.cleaned_data
        return bool(data.get("file") or (data.get("pasted") or "").strip() or self.data.get("kept"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.needs_table and not self.has_table:
            raise forms.ValidationError("请选择填好的表格，或粘贴单元格。")
        return data

    def upload(self) -> Upload:
        """The table that was sent; what was chosen or pasted anew goes before what was kept. Raises RefusedError."""
        given = self.cleaned_data
        if given.get("file"):
            return Upload(read_book(given["file"].read(MAX_BYTES + 1)))
        if (pasted := given.get("pasted") or "").strip():
            return Upload(read_pasted_cells(pasted), is_pasted=True)
        chosen = {at: str(self.data[name]) for at in range(1, 257) if (name := f"column-{at}") in self.data}
        return kept_upload(str(self.data.get("kept", "")), chosen)


@dataclass(frozen=True, slots=True)
class BulkEntry:
    """Several lines at once: the form for a table, the facts in the order of its columns, and the grid."""

    form: ImportForm
    facts: list[Fact]
    rows: LineForm

    @property
    def grid(self) -> str:
        """The grid, drawn."""
        return grid_html(self.rows)


def bulk_entry(item: Item, form: ImportForm | None = None, grid: LineForm | None = None) -> BulkEntry:
    """The ways to bring in several lines, empty unless filled in already."""
    facts = [fact for fact in facts_of(item) if fact.type != "rows"]
    return BulkEntry(form or ImportForm(), facts, grid or grid_form(item))
