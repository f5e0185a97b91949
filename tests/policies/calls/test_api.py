"""Calls for programs."""

import pytest
from django.core.cache import cache

from policies.calls import api
from policies.calls.enums import CallState
from tests.factories import CallFactory, suzhou
from tests.policies.calls.worlds import published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


def asked(client, **query):
    return client.get("/api/v1/calls", query)


def test_published_calls_are_listed_with_windows_limits_and_items(client, admin, items, settings):
    settings.PUBLIC_URL = "https://portal.example"
    call = published(admin, items)
    CallFactory(state=CallState.DRAFTED)
    (found,) = asked(client).json()["calls"]
    assert found["key"] == str(call.key)
    assert found["phase"] == "closed"
    assert (found["opens_at"], found["closes_at"]) == ("2026-03-02T01:00:00Z", "2026-04-01T01:00:00Z")
    assert (found["facts_from"], found["facts_to"]) == ("2025-01-01", "2026-01-01")
    assert [row["item"] for row in found["items"]] == ["wx2020-01-inv", "wx2020-05-loan"]
    assert found["url"] == f"https://portal.example/calls/{call.key}/"


def test_pages_follow_each_other(client, monkeypatch):
    monkeypatch.setattr(api, "PAGE_SIZE", 2)
    calls = [CallFactory(number=str(number)) for number in range(3)]
    first = asked(client).json()
    assert [row["key"] for row in first["calls"]] == [str(calls[2].key), str(calls[1].key)]
    second = asked(client, before=first["next"]).json()
    assert ([row["key"] for row in second["calls"]], second["next"]) == ([str(calls[0].key)], None)


def test_calls_of_one_city(client):
    CallFactory()
    there = CallFactory(region=suzhou())
    assert [row["key"] for row in asked(client, region="320500").json()["calls"]] == [str(there.key)]
    assert asked(client, region="苏州").status_code == 422


def test_number_of_queries_does_not_grow_with_calls(client, items, django_assert_num_queries):
    for count in (1, 3):
        while len(asked(client).json()["calls"]) < count:
            CallFactory(items=items)
        with django_assert_num_queries(2):
            asked(client)
