"""A form of a stored object compares three ways: what it was loaded with, what was sent, what is stored now."""

import json
from decimal import Decimal

import pytest
from django import forms
from django.http import QueryDict

from portal.core.compared_forms import ComparedForm
from portal.core.fields import DayField, YuanField

STORED = {"name": "甲", "size": "small", "sum": Decimal("1234.50"), "day": None, "open": True, "seen": 3}


class Sample(ComparedForm):
    name = forms.CharField()
    size = forms.ChoiceField(choices=[("small", "小型"), ("large", "大型")])
    sum = YuanField(required=False)
    day = DayField(required=False)
    open = forms.BooleanField(required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, **initial):
        super().__init__(data, initial=STORED | initial)
        self.compare()


def sent(**changed):
    """What a page sends that was loaded with `STORED`, as a browser sends it."""
    page = Sample()
    data = QueryDict(mutable=True)
    values = {"loaded": page["loaded"].value()} | {n: page._stored(n) for n in ("name", "size", "sum", "day", "open")}
    data.update({name: value for name, value in (values | {"seen": "3"} | changed).items() if value is not None})
    return data


@pytest.mark.parametrize(
    ("mine", "now", "saved", "clash"),
    [
        ({}, {"name": "乙", "sum": Decimal(5), "open": False}, {"name": "乙", "sum": Decimal(5), "open": False}, []),
        ({"name": "丙"}, {"size": "large"}, {"name": "丙", "size": "large"}, []),
        ({"name": " 甲 "}, {"name": "乙"}, {"name": "乙"}, []),
        ({"size": "large"}, {"size": "large"}, {"size": "large"}, []),
        ({"open": None}, {}, {"open": False}, []),
        ({"name": "丙", "day": "2026-01-02"}, {"name": "乙"}, {}, ["name"]),
        ({"sum": "9"}, {"sum": None}, {}, ["sum"]),
    ],
)
def test_only_what_both_changed_is_asked(mine, now, saved, clash):
    form = Sample(sent(**mine), **now, **({"seen": 7} if now else {}))
    assert form.is_valid() == (not clash)
    assert [name for name in form.fields if name in form.errors] == clash
    assert {name: form.cleaned_data[name] for name in saved} == saved
    if not clash:
        assert form.cleaned_data["seen"] == (7 if now else 3)


def test_sent_once_more_ones_own_counts_unless_it_changed_again():
    form = Sample(sent(size="large", name="丙"), name="乙", size="small")
    assert "“乙”" in form.errors["name"][0]
    again = {name: form[name].value() for name in form.fields}
    assert Sample(again, name="乙").is_valid()
    assert not Sample(again, name="丁").is_valid()


@pytest.mark.parametrize("damaged", ["", "{", "[]", "[" * 5000, json.dumps({"name": 1})])
def test_a_page_that_does_not_say_what_it_was_loaded_with_is_taken_as_it_is(damaged):
    form = Sample(sent(name="丙", loaded=damaged), size="large")
    assert form.is_valid() or damaged.startswith('{"name"')
    assert form.cleaned_data.get("size") == "small"
