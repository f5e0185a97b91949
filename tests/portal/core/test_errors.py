"""A refusal reaches the person: in the form it is about, or as a message."""

from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory

from portal.core.errors import RefusedError, StaleStateError, attempt, show_refusal


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
    form = NameForm({"name": "x"})
    for field in ("name", "", "elsewhere"):
        show_refusal(form, RefusedError(f"因为{field}", field))
    assert form.errors == {"name": ["因为name"], "__all__": ["因为", "因为elsewhere"]}


def test_what_was_done_is_said_and_what_was_refused_too():
    request = _request()
    assert attempt(request, lambda: None, success="已保存。")
    assert attempt(request, lambda: None)
    assert not attempt(request, _refuse, success="已保存。")
    assert _said(request) == [("success", "已保存。"), ("error", "名称已用过，请改名。")]


def test_a_refusal_of_a_form_is_no_message():
    request, form = _request(), NameForm({"name": "x"})
    assert not attempt(request, lambda: _refuse("name"), success="已保存。", form=form)
    assert form.errors == {"name": ["名称已用过，请改名。"]}
    assert _said(request) == []


def test_a_stale_state_is_a_refusal_that_brings_both_versions():
    error = StaleStateError("已在别处修改。", current="theirs", attempted="mine")
    assert (error.current, error.attempted, error.field, str(error)) == ("theirs", "mine", "", "已在别处修改。")
    assert isinstance(error, RefusedError)
