"""The cache's server goes away and comes back: values are lost, limits still count, no request fails or waits."""

import pickle
import socket
import time

import pytest
from allauth.core.internal import ratelimit
from django.core.cache.backends.locmem import LocMemCache
from redis.exceptions import ConnectionError as RedisDown
from redis.exceptions import TimeoutError as RedisHangs

from portal.core.failover_cache import FailoverCache


class Server(LocMemCache):
    """A cache whose server can be broken: `fault` is raised by every question, and counted."""

    fault: Exception | None = None
    asked = 0


def _breaking(method):
    def call(self, *args, **kwargs):
        type(self).asked += 1
        if self.fault:
            raise self.fault
        return getattr(LocMemCache, method)(self, *args, **kwargs)

    return call


for _name in ("get", "get_many", "has_key", "add", "set", "set_many", "touch", "incr", "delete", "clear"):
    setattr(Server, _name, _breaking(_name))


@pytest.fixture
def cache(monkeypatch):
    monkeypatch.setattr(Server, "fault", None)
    monkeypatch.setattr(Server, "asked", 0)
    made = FailoverCache("server", {"OPTIONS": {"PRIMARY": f"{__name__}.Server"}})
    made.clear()
    yield made
    monkeypatch.setattr(Server, "fault", None)
    made.clear()


FAULTS = [RedisDown("refused"), RedisHangs("no answer"), OSError(28, "No space left on device")]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_every_question_is_answered_while_the_server_is_away_and_it_is_asked_once_in_a_while(cache, monkeypatch, fault):
    cache.set("seen", "before")
    monkeypatch.setattr(Server, "fault", fault)
    assert cache.get("seen", "computed anew") == "computed anew"
    asked = Server.asked
    cache.set("seen", "meanwhile")
    assert cache.get("seen") == "meanwhile"
    assert cache.get_many(["seen", "unknown"]) == {"seen": "meanwhile"}
    assert cache.has_key("seen")
    assert cache.touch("seen")
    assert cache.set_many({"other": 1}) == []
    assert cache.incr("other") == 2
    assert cache.delete("other")
    cache.clear()
    assert cache.get("seen") is None
    assert Server.asked == asked + 1  # clearing asks the server too
    assert cache.is_away()
    monkeypatch.setattr(Server, "fault", None)
    monkeypatch.setattr(cache, "_away_until", 0)
    assert not cache.is_away()
    assert cache.get("seen") == "before"


def test_limits_count_on_while_the_server_is_away(cache, monkeypatch, rf):
    monkeypatch.setattr(Server, "fault", RedisDown("refused"))
    monkeypatch.setattr(ratelimit, "cache", cache)
    request = rf.post("/")
    limit = {"app": "tests", "action": "try", "config": {"try": "3/m/key"}, "key": "k"}
    allowed = [bool(ratelimit.consume(request, **limit)) for _ in range(5)]
    assert allowed == [True, True, True, False, False]


@pytest.mark.parametrize("damage", [pickle.UnpicklingError("truncated"), EOFError()])
def test_a_damaged_value_is_thrown_away_and_the_cache_goes_on(cache, monkeypatch, damage):
    cache.set("good", 1)
    cache.set("bad", 2)
    whole = LocMemCache.get

    def get(self, key, *args, **kwargs):
        if key == "bad" and self.has_key(key):
            raise damage
        return whole(self, key, *args, **kwargs)

    monkeypatch.setattr(Server, "get", get)
    assert cache.get("bad", "anew") == "anew"
    assert cache.get("good") == 1
    assert not cache.is_away()


def test_a_redis_that_takes_connections_and_never_answers_holds_nobody():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        options = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}
        primary = {"PRIMARY": "django.core.cache.backends.redis.RedisCache", "PRIMARY_OPTIONS": options}
        cache = FailoverCache(f"redis://127.0.0.1:{silent.getsockname()[1]}", {"OPTIONS": primary})
        began = time.monotonic()
        assert [cache.get("key", "anew") for _ in range(20)] == ["anew"] * 20
        assert time.monotonic() - began < 3
