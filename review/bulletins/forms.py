"""What a bulletin says, and to whom."""

import uuid
from typing import Any

from django import forms

from policies.calls.models import Call
from portal.accounts.models import Region, User
from portal.core.fields import LineField, TextField
from review.bulletins.enums import Recipients
from review.bulletins.selectors import calls_written_about, regions_written_for
from review.bulletins.services import Draft


class BulletinForm(forms.Form):
    """A bulletin of one of the person's regions; its key makes a double click one bulletin."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    call = forms.ModelChoiceField(label="申报通知", queryset=Call.objects.none())
    region = forms.ModelChoiceField(label="地区", queryset=Region.objects.none(), help_text="城市包括所辖各区县")
    recipients = forms.ChoiceField(label="发给", choices=Recipients.choices)
    title = LineField(label="标题", max_length=60)
    text = TextField(label="内容", max_length=1000, rows=6)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calls, regions = calls_written_about(user), regions_written_for(user)
        self.fields["call"].queryset = Call.objects.filter(pk__in=[call.pk for call in calls])  # type: ignore[attr-defined]
        self.fields["region"].queryset = Region.objects.filter(pk__in=[each.pk for each in regions])  # type: ignore[attr-defined]

    def draft(self) -> Draft:
        """What was asked, of a valid form."""
        given = self.cleaned_data
        return Draft(given["call"], given["region"], given["recipients"], given["title"], given["text"])
