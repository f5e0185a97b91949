"""The choice of colours and size."""

from django import forms

from portal.display.choices import Colours, Display, Size


class DisplayForm(forms.Form):
    """Colours and size, each one of a few."""

    colours = forms.ChoiceField(label="颜色", choices=Colours.choices, widget=forms.RadioSelect)
    size = forms.ChoiceField(
        label="字号",
        choices=Size.choices,
        widget=forms.RadioSelect,
        help_text="大字版字号更大，按钮更大，页面上的内容更少。",
    )

    def display(self) -> Display:
        """What was chosen, after `is_valid`."""
        return Display(Colours(self.cleaned_data["colours"]), Size(self.cleaned_data["size"]))
