"""What every answer tells the browser about itself."""

import gzip

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


@pytest.mark.django_db
def test_pages_are_compressed_and_never_twice_of_one_length_where_the_browser_takes_it():
    browser = Client(headers={"Accept-Encoding": "gzip, br"})
    answers = [browser.get(reverse("account_login")) for _ in range(8)]
    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
    assert 'name="password"' in gzip.decompress(answers[0].content).decode()
    # What a page says of its reader cannot be guessed from its length.
    assert len({len(answer.content) for answer in answers}) > 1
    assert "Content-Encoding" not in Client().get(reverse("account_login")).headers
    assert "Content-Encoding" not in browser.get(reverse("display:manifest")).headers
