"""Fields and controls that the portal draws itself say what the templates of their packages say."""

from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.metadata import distribution
from pathlib import Path

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import Context, engines
from django.urls import get_resolver

pytestmark = [pytest.mark.django_db, pytest.mark.broad]
PACKAGE = Path(str(distribution("crispy-bootstrap5").locate_file("crispy_bootstrap5/templates/bootstrap5/field.html")))
HOSTILE = '<b title="x">&amp;'


class Reader(HTMLParser):
    """What a browser understands: tags with their attributes in no order, and words without their spaces."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: set((value or "").split()) for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.found += data.split()


def _classes(of: type) -> Iterator[type[forms.BaseForm]]:
    for one in of.__subclasses__():
        yield one
        yield from _classes(one)


def _made(made: type[forms.BaseForm], data: dict[str, str] | None) -> forms.BaseForm | None:
    try:
        form = made(data)
        _ = form.errors
        return form if list(form) else None
    except (AttributeError, TypeError, KeyError, ValueError):
        # It needs more than what was sent.
        return None


def test_every_field_of_every_form_is_drawn_as_its_package_would():
    _ = get_resolver().reverse_dict  # all views with their forms are loaded
    engine = engines["django"].engine
    theirs, ours = engine.from_string(PACKAGE.read_text()), engine.get_template("bootstrap5/field.html")
    compared = 0
    for made in {made for made in _classes(forms.BaseForm) if not made.__module__.startswith("django.")}:
        names = [*getattr(made, "base_fields", ())]
        for data in (None, {}, dict.fromkeys(names, HOSTILE), dict.fromkeys(names, "on")):
            form, same = _made(made, data), _made(made, data)
            if form is None or same is None:
                continue
            form.renderer = DjangoTemplates()
            for name, field in form.fields.items():
                # Some forms make a key for each time they are shown.
                same.initial[name] = form.initial.get(name) or field.initial
                if callable(field.initial):
                    continue
                for labels in (True, False):
                    context = {"form_show_errors": True, "form_show_labels": labels}
                    expected = Reader(theirs.render(Context(context | {"field": form[name]}))).found
                    found = Reader(ours.render(Context(context | {"field": same[name]}))).found
                    assert found == expected, (made, name, data)
                    compared += 1
    assert compared > 1_000
