"""Where a deed comes from."""

import pytest
from django.test import RequestFactory

from portal.core.errors import RefusedError
from portal.core.http import client_address, typed


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, "192.0.2.7"),
        (0, "203.0.113.9", "192.0.2.7"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.9.9.9, 203.0.113.9", "203.0.113.9"),
        (1, None, "192.0.2.7"),
        (1, "", "192.0.2.7"),
    ],
)
def test_only_what_our_own_proxy_saw_counts(settings, proxies, forwarded, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="192.0.2.7", headers=headers)) == address


def test_a_lone_field_is_taken_whole_or_refused(monkeypatch):
    monkeypatch.setattr("portal.core.printable._coverage", lambda _: frozenset(map(ord, "理由甲")))
    given = {"reason": " 理由\u200b ", "long": "甲" * 11, "odd": "甲\ue000"}
    request = RequestFactory().post("/", given)
    assert (typed(request, most=2), typed(request, "none", most=2)) == ("理由", "")
    for name, words in (("long", "最多 10 字，现为 11 字"), ("odd", "无法印在通知书上")):
        with pytest.raises(RefusedError, match=words):
            typed(request, name, most=10, label="意见")
