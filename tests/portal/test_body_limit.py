"""A request body that is larger than its page takes is refused before it is read, whoever sends it."""

import inspect
import io

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from portal.core.http import takes_files

MEBIBYTE = 1024 * 1024


class Unreadable(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *_: object) -> bytes:
        raise AssertionError("the body was read")


def post(path: str, **environment: object):
    return Client().generic("POST", path, b"", **{"wsgi.input": Unreadable(), **environment})


@pytest.mark.parametrize(
    ("name", "length", "words"),
    [
        ("account_login", MEBIBYTE + 1, "1.0 MB"),
        ("home", 10**30, "1.0 MB"),
        ("rights:import", 25 * MEBIBYTE + 1, "25.0 MB"),
        ("applications:edit", "-1", "25.0 MB"),
    ],
)
def test_a_body_above_the_pages_limit_is_refused_in_words_and_not_read(name, length, words):
    arguments = {"rights:import": ["patent"], "applications:edit": ["0" * 32]}.get(name, [])
    path = (
        reverse(name, args=arguments)
        if arguments != ["0" * 32]
        else f"/claims/{'0' * 8}-0000-0000-0000-{'0' * 12}/edit/"
    )
    answer = post(path, CONTENT_LENGTH=str(length), CONTENT_TYPE="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert f"一次最多接收 {words}，这次提交超过了，没有被接收" in answer.content.decode().replace("\xa0", " ")


def test_a_body_without_a_stated_length_is_refused_and_programs_are_answered_in_json():
    assert "没有说明长度" in post("/account/login/", HTTP_TRANSFER_ENCODING="Chunked").content.decode()
    answer = post("/api/v1/assess", CONTENT_LENGTH=str(2 * MEBIBYTE), CONTENT_TYPE="application/json")
    assert (answer.status_code, answer.json()["field"]) == (413, "")
    assert "没有被接收" in answer.json()["error"]


@pytest.mark.django_db
def test_a_body_of_the_limit_itself_reaches_its_page(client):
    answer = client.generic("POST", "/account/login/", b"x" * MEBIBYTE, content_type="text/plain")
    assert answer.status_code == 200


def every_view(patterns=None):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if hasattr(pattern, "url_patterns"):
            yield from every_view(pattern.url_patterns)
        else:
            yield pattern.callback


def test_every_view_that_reads_files_says_so():
    """A view that forgets would refuse every upload above one mebibyte."""
    views = {inspect.unwrap(view): view for view in every_view() if view.__module__.startswith(("portal", "policies"))}
    views |= {inspect.unwrap(view): view for view in every_view() if view.__module__.startswith(("appl", "review"))}
    readers = {plain for plain in views if inspect.isfunction(plain) and "request.FILES" in inspect.getsource(plain)}
    assert len(readers) >= 5
    assert {plain.__qualname__ for plain in readers if not getattr(views[plain], "takes_files", False)} == set()
    assert takes_files(lambda: None).takes_files is True
