"""Filters: what cannot be understood lists nothing, by one mechanism."""

import importlib
import re
from pathlib import Path

import pytest
from django import forms
from django.http import QueryDict
from django.test import RequestFactory

from portal.core.fields import DayField
from portal.core.filters import FilterError, FilterForm, choice_of
from portal.templatetags.portal import csrf_token
from portal.unsent.services import FIELD_OF_KEPT

ROOT = Path(__file__).parents[3]
# Forms that show themselves again instead of a list where they are wrong.
OWN_REFUSAL = {"WhoForm", "CompareForm", "SearchForm", "SigningForm"}


class _Bar(FilterForm):
    state = forms.ChoiceField(required=False, choices=[("", "全部"), ("paid", "已拨付")])
    since = DayField(required=False)


@pytest.mark.parametrize("query", ["state=x", "since=soon", "since=9999-12-31", "sinc=2026-01-01", "state=paid&q=1"])
def test_values_and_names_that_are_not_understood_are_refused(query):
    with pytest.raises(FilterError, match="没有列出任何内容"):
        _Bar(QueryDict(query)).asked()


@pytest.mark.parametrize(("query", "state"), [("", ""), ("state=&after=77", ""), ("state=paid&page=2", "paid")])
def test_what_is_understood_narrows(query, state):
    assert _Bar(QueryDict(query)).asked()["state"] == state


def test_what_every_posted_form_carries_is_no_filter():
    carried = re.findall(r'name="([^"]+)"', csrf_token({"csrf_token": "t", "page_mark": "m"}))
    data = QueryDict(mutable=True)
    data.update(dict.fromkeys([*carried, FIELD_OF_KEPT], "x") | {"state": "paid"})
    assert len(carried) == 2
    assert _Bar(data).asked()["state"] == "paid"


def test_a_lone_parameter_is_one_of_its_choices_or_refused():
    ask = RequestFactory()
    assert choice_of(ask.get("/?desk=a"), "desk", {"a", "b"}, default="b") == "a"
    assert choice_of(ask.get("/"), "desk", {"a", "b"}, default="b") == "b"
    with pytest.raises(FilterError, match="不认识“desk”的值“c”"):
        choice_of(ask.get("/?desk=c"), "desk", {"a", "b"}, default="b")


def test_every_form_that_reads_an_address_refuses():
    found = set()
    for path in ROOT.glob("[apr]*/**/*.py"):
        for name in re.findall(r"(\w+)\(\s*request\.GET", path.read_text()):
            if not name.endswith(("Form", "Filter")) or name in OWN_REFUSAL:
                continue
            module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            found.add(name)
            assert issubclass(getattr(module, name), FilterForm), (path, name)
    assert {"PaymentFilterForm", "RecordFilterForm", "ClaimSearchForm", "JobFilterForm"} <= found
