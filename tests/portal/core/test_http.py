"""Where a deed comes from."""

import pytest
from django.test import RequestFactory

from portal.core.http import client_address


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
