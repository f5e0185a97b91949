"""What every answer tells the browser about itself."""

import pytest
from django.test import Client
from django.urls import reverse


@pytest.mark.django_db
def test_the_content_policy_allows_nothing_but_our_own_files():
    headers = Client().get(reverse("home"), headers={"Origin": "https://example.org"}).headers
    policy = headers["Content-Security-Policy"]
    for directive in ("script-src 'self'", "style-src 'self'", "frame-ancestors 'self'", "base-uri 'none'"):
        assert directive in policy
    assert "unsafe" not in policy
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin")
    assert not [name for name in headers if name.startswith("Access-Control-")]
