"""Every address with hostile values in path, query, body, headers and cookies, on PostgreSQL: never an error of ours.

`make nightly` tries every value at every place, in parts that can be run alone; `make test` gives each address one,
every place somewhere.
"""

import itertools
import json
import random
import re
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from portal.api.services import create_token
from tests.access_table import ADDRESSES
from tests.access_world import PEOPLE, World, build_world
from tests.depth import by_depth
from tests.factories import act

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
VALUES = (
    "\x00",
    "a\x00b",
    "\ud800",
    "9" * 1_000_000,
    "9" * 5000,
    "9" * 18,
    "-1",
    "-9223372036854775809",
    "1e999",
    "NaN",
    "9999-12-31",
    "0001-01-01",
    "2026-02-30T99:99",
    "9999-12-31T23:59",
    "[" * 100_000,
    "（" * 100_000,
    '{"a":' * 20_000,
    "1" + ",000" * 3_000,
    "\u200b\u202e",
    "' OR 1=1 --",
    "٣" * 30,
    "2026-99",
    "WyI5OTk5OTk5OTk5OTk5OTk5OTk5OSJd",
)
# What pages read beside the fields that they show themselves.
NAMES = (
    *("q", "code", "after", "before", "cursor", "page", "region", "month", "year", "state", "status", "kind", "item"),
    *("since", "until", "person", "action", "target", "line", "rows", "call", "over", "index", "revision", "seen"),
    *("a", "b", "on", "first", "last", "value", "key", "next", "column-1", "lines", "facts", "data"),
)
# Each of them alone may be long; all of them long at once would only be refused for the body's size.
LONGEST_SHARED = 200
HEADERS = (
    *(
        "accept",
        "accept-language",
        "hx-request",
        "hx-target",
        "hx-trigger",
        "hx-current-url",
        "hx-history-restore-request",
    ),
    *("if-modified-since", "range", "referer", "origin", "user-agent", "authorization"),
    *(
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-request-id",
        "x-request-start",
        "x-requested-with",
        "content-encoding",
    ),
)
FIELD = re.compile(r"<(?:input|select|textarea|button)\b[^>]*?\bname=\"([^\"]+)\"")
FORM = "application/x-www-form-urlencoded"


def _documents(value: str) -> tuple[Any, ...]:
    """JSON documents that hold a value where others are expected."""
    question = {"item": "wx2020-01-inv", "on": "2020-10-01", "lines": [{"facts": {"fees": value}}]}
    return (
        {"item": value, "lines": [value], "facts": {"x": value}, "q": value},
        {"questions": [question, question | {"on": value}, question | {"lines": value}, {value: question}]},
        {"questions": value},
        [value, [], {}, None],
        value,
    )


class Walker:
    """Sends values to addresses, each as somebody who may enter it; nothing that a request changes stays."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions: dict[str, str] = {}
        self.fields: dict[str, tuple[str, ...]] = {}
        owner = world.people["member"]
        self.token = create_token(owner, label="hostile", act=act(owner))[1]

    def client_for(self, name: str) -> Client:
        """A client of somebody who may enter the address: signed in where there is such a person."""
        if ADDRESSES[name].token:
            return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {self.token}"})
        client = Client(raise_request_exception=False)
        cookie = django_settings.SESSION_COOKIE_NAME
        if who := next((who for who in PEOPLE if who in ADDRESSES[name].enter and self.world.people[who]), None):
            if who not in self.sessions:
                client.force_login(self.world.people[who])
                self.sessions[who] = client.cookies[cookie].value
            client.cookies[cookie] = self.sessions[who]
        return client

    def fields_of(self, name: str, url: str) -> tuple[str, ...]:
        """The fields that the address's own page shows, and those that the table of accesses sends."""
        if name not in self.fields:
            answer = self.client_for(name).get(url)
            shown = FIELD.findall(answer.getvalue().decode(errors="replace"))
            known = {*shown, *ADDRESSES[name].post} - {"csrfmiddlewaretoken"}
            self.fields[name] = tuple(sorted(known)) or NAMES
        return self.fields[name]

    def status(self, name: str, place: str, value: str) -> int:
        """The status of the answer; 0 where the address has no such place."""
        address = ADDRESSES[name]
        kwargs = address.kwargs(self.world, address.variants[0])
        url = reverse(name, kwargs=kwargs)
        if place == "path":
            text = value[:2000].encode("utf-8", "replace").decode()
            try:
                url = reverse(name, kwargs=dict.fromkeys(kwargs, text))
            except NoReverseMatch:
                return 0
        self.fields_of(name, url)
        self.client = self.client_for(name)
        with transaction.atomic():
            answer = PLACES[place](self, name, url, value.encode("utf-8", "surrogatepass"))
            # What comes in a stream is made only now.
            answer.getvalue()
            broken = connection.needs_rollback
            transaction.set_rollback(True)
        return 599 if broken else answer.status_code

    def chosen(self, name: str, url: str, sent: bytes) -> str:
        """One of the address's fields, another for each value."""
        fields = self.fields_of(name, url)
        return fields[len(sent) % len(fields)]

    def query(self, name: str, url: str, sent: bytes) -> Any:
        return self.client.get(url, dict.fromkeys(NAMES, sent[:LONGEST_SHARED]))

    def parameter(self, name: str, url: str, sent: bytes) -> Any:
        return self.client.get(url, {self.chosen(name, url, sent): sent[:4000]})

    def repeated(self, name: str, url: str, sent: bytes) -> Any:
        """The same names many times over, in the query and in the body."""
        pairs = [(field, part) for field in self.fields_of(name, url)[:40] for part in (sent[:50], b"1", sent[:50])]
        return self.client.post(f"{url}?{urlencode(pairs[:40])}", urlencode(pairs), FORM)

    def form(self, name: str, url: str, sent: bytes) -> Any:
        data = dict.fromkeys({*NAMES, *self.fields_of(name, url)}, sent[:LONGEST_SHARED])
        return self.client.post(url, urlencode(data), FORM)

    def field(self, name: str, url: str, sent: bytes) -> Any:
        """One field of an answer that is otherwise right."""
        data = dict(ADDRESSES[name].post) | {self.chosen(name, url, sent): sent}
        return self.client.post(url, urlencode(data, doseq=True), FORM)

    def upload(self, name: str, url: str, sent: bytes) -> Any:
        """Files of hostile names and contents in every field, beside the hostile text."""
        text = sent.decode(errors="replace")
        fields = ("file", "files", "table", *self.fields_of(name, url))
        files = {
            field: SimpleUploadedFile(f"{text[:100] or 'x'}.{('xlsx', 'pdf', 'csv')[number % 3]}", sent[:10_000])
            for number, field in enumerate(fields)
        }
        return self.client.post(url, dict(ADDRESSES[name].post) | {"pasted": text[:LONGEST_SHARED]} | files)

    def json(self, name: str, url: str, sent: bytes) -> Any:
        value = sent.decode("utf-8", "surrogatepass")
        documents = _documents(value)
        return self.client.post(url, json.dumps(documents[len(sent) % len(documents)]), "application/json")

    def not_json(self, name: str, url: str, sent: bytes) -> Any:
        """A body that says it is JSON and is the bare value."""
        return self.client.post(url, sent, "application/json")

    def header(self, name: str, url: str, sent: bytes) -> Any:
        """As a server hands headers over: one character for each byte."""
        header = HEADERS[len(sent) % len(HEADERS)]
        return self.client.get(url, headers={header: sent[:4000].decode("latin-1")})

    def cookie(self, name: str, url: str, sent: bytes) -> Any:
        client = self.client
        client.cookies["messages"] = client.cookies["csrftoken"] = sent[:2000].decode("latin-1")
        if len(sent) % 2:
            client.cookies[django_settings.SESSION_COOKIE_NAME] = sent[:2000].decode("latin-1")
        return client.get(url)


PLACES: dict[str, Callable[[Walker, str, str, bytes], Any]] = {
    "path": lambda walker, name, url, _: walker.client.get(url),
    "query": Walker.query,
    "parameter": Walker.parameter,
    "repeated": Walker.repeated,
    "form": Walker.form,
    "field": Walker.field,
    "upload": Walker.upload,
    "json": Walker.json,
    "not_json": Walker.not_json,
    "header": Walker.header,
    "cookie": Walker.cookie,
}


# By night the addresses are dealt out to parts, so that a part can be run again alone.
PARTS = by_depth(1, nightly=24)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_hostile_value_at_any_address_is_an_error_of_the_server(db, settings, part):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    settings.API_ANONYMOUS_REQUESTS_PER_MINUTE = settings.API_REQUESTS_PER_MINUTE = 1_000_000
    walker = Walker(build_world())
    pairs = list(itertools.product(PLACES, VALUES))
    each = by_depth(1, nightly=len(pairs))
    # The pairs go round: an address goes on where the one before it ended.
    around = itertools.cycle(random.Random(1).sample(pairs, len(pairs)))
    cases = [(name, *next(around)) for name in sorted(ADDRESSES)[part::PARTS] for _ in range(each)]
    statuses = {case: walker.status(*case) for case in cases}
    sys.stdout.write(f"{sum(map(bool, statuses.values()))} requests of {len(cases)} cases\n")
    # 503 is the honest answer of an address whose service is not set up.
    broken = {case: status for case, status in statuses.items() if status >= 500 and status != 503}
    assert not broken, {(name, place, value[:20]): status for (name, place, value), status in broken.items()}
    assert {place for (_, place, _), status in statuses.items() if status} == set(PLACES)
