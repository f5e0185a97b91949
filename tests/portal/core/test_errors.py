"""A refusal reaches the person: in the form it is about, or as a message."""

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from portal.core.errors import RefusedError, StaleStateError, show_refusal


class NameForm(forms.Form):
    name = forms.CharField()


def _request():
    request = RequestFactory().post("/")
    request._messages = CookieStorage(request)
    return request


def _refuse(field=""):
    raise RefusedError("名称已用过，请改名。", field)


def _said(request):
    return [(message.level_tag, str(message)) for message in get_messages(request)]


def test_a_refusal_stands_beside_its_field_or_above_the_form():
    form, request = NameForm({"name": "x"}), _request()
    for field in ("name", "", "elsewhere"):
        with show_refusal(form) as refusal:
            raise RefusedError(f"因为{field}", field)
        assert refusal
    assert form.errors == {"name": ["因为name"], "__all__": ["因为", "因为elsewhere"]}
    assert _said(request) == []


def test_a_page_says_what_was_done_and_what_was_refused():
    request = _request()
    with show_refusal(request, success="已保存。") as done:
        pass
    with show_refusal(request):
        pass
    with show_refusal(request, success="已保存。") as refused:
        _refuse()
    assert not done
    assert refused
    assert _said(request) == [("success", "已保存。"), ("error", "名称已用过，请改名。")]


def test_a_refusal_goes_to_the_function_that_shows_it_or_stays_with_its_reader():
    shown = []
    with show_refusal(shown.append):
        _refuse("name")
    with show_refusal() as refusal:
        _refuse()
    assert [error.field for error in shown] == ["name"]
    assert str(refusal) == "名称已用过，请改名。"
    assert str(show_refusal()) == ""


def test_a_denial_is_shown_only_where_the_page_says_so_and_an_error_never():
    with show_refusal(denials=True) as refusal:
        raise PermissionDenied("不是您的职责。")
    assert str(refusal) == "不是您的职责。"
    with pytest.raises(PermissionDenied), show_refusal():
        raise PermissionDenied
    with pytest.raises(ValueError, match="wrong"), show_refusal(denials=True):
        raise ValueError("wrong")


def test_a_stale_state_is_a_refusal_that_brings_both_versions():
    error = StaleStateError("已在别处修改。", current="theirs", attempted="mine")
    assert (error.current, error.attempted, error.field, str(error)) == ("theirs", "mine", "", "已在别处修改。")
    assert isinstance(error, RefusedError)
