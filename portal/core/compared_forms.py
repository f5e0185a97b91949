"""Forms of a stored object that overwrite nothing which somebody else changed since the page was loaded."""

import json
from typing import Any

from django import forms
from django.http import QueryDict

LOADED = "loaded"
_REVISION = "seen"


class ComparedForm(forms.Form):
    """A form whose `initial` is what is stored now; it carries what the page was loaded with, and compares three ways.

    A field that the person left alone takes the stored value. One that both changed is an error that shows the stored
    value; sent once more, the person's own counts. Where a form has `seen`, the object's revision, it then names the
    present one. The page has to draw the hidden control `loaded`.
    """

    loaded = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clashes: dict[str, str] = {}

    def compare(self) -> None:
        """Compare with what is stored; to be called once all fields are made."""
        compared = [name for name, field in self.fields.items() if not isinstance(field.widget, forms.HiddenInput)]
        stored = {name: self._stored(name) for name in compared}
        text = json.dumps(stored, ensure_ascii=False)
        self.initial[LOADED] = text
        loaded = self._loaded() if self.is_bound else None
        if loaded is None:
            return
        data: Any = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        for name, now in stored.items():
            was, mine = loaded.get(name, now), self._sent(name)
            if mine == was and now != mine:
                data[self.add_prefix(name)] = now
            elif mine != was and _plain(now) not in (was, mine):
                self.clashes[name] = now
        data[self.add_prefix(LOADED)] = text
        if _REVISION in self.fields:
            data[self.add_prefix(_REVISION)] = str(self.initial.get(_REVISION, ""))
        self.data = data

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, now in self.clashes.items():
            widget = self.fields[name].widget
            shown = now
            if isinstance(widget, forms.Select):
                options = [option for _, options, _ in widget.optgroups(name, [now]) for option in options]
                shown = next((str(option["label"]) for option in options if option["selected"]), now)
            self.add_error(name, f"已在别处改为“{shown or '（空）'}”。要改成您填写的内容，请核对后再保存一次。")
        return data

    def _stored(self, name: str) -> str:
        field = self.fields[name]
        value = field.prepare_value(self.get_initial_for_field(field, name))
        if isinstance(field, forms.BooleanField):
            return "on" if value else ""
        shown = field.widget.format_value(value)
        return str((shown[0] if shown else "") if isinstance(shown, list) else shown or "")

    def _sent(self, name: str) -> str:
        value = self.fields[name].widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        return {True: "on", False: "", None: ""}.get(value, value) if not isinstance(value, str) else _plain(value)

    def _loaded(self) -> dict[str, str] | None:
        try:
            given = json.loads(self.data.get(self.add_prefix(LOADED), ""))
            return {str(name): _plain(str(value)) for name, value in given.items()}
        except (ValueError, TypeError, AttributeError, RecursionError):
            return None


def _plain(text: str) -> str:
    """A text without what a browser changes on the way: line ends, and spaces around it."""
    return text.replace("\r\n", "\n").strip()
