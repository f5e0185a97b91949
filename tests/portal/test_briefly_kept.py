"""What a stranger's browser keeps of public pages for a minute, and what makes it ask at once."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import PASSWORD, CallFactory, make_member

KEPT, NOT_SAID = {"private", "max-age=60"}, {""}
FROM_CACHE = "performance.getEntriesByType('navigation')[0].transferSize === 0"


def told(answer):
    """What an answer says of keeping it."""
    return set(answer.headers.get("Cache-Control", "").split(", "))


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["home", "policies:documents", "finder:start", "calls:list", "terms:list", "contact"])
def test_a_stranger_may_keep_a_public_page_for_a_minute_and_gets_no_cookie_with_it(name):
    answer = Client().get(reverse(name))
    assert told(answer) == KEPT
    assert "Cookie" in answer.headers["Vary"]
    assert not answer.cookies


@pytest.mark.django_db
def test_nobody_keeps_a_page_that_is_ones_own_or_tells_something_once():
    client = Client()
    assert told(client.get(reverse("home"), headers={"HX-Request": "true"})) == NOT_SAID
    # What somebody answered is not left to the next person at this computer.
    assert told(client.get(reverse("finder:events"), {"kind": "company"})) == NOT_SAID
    client.post(reverse("display:settings"), {"colours": "dark", "size": "usual"})
    assert told(client.get(reverse("home"))) == NOT_SAID
    client.force_login(make_member())
    assert told(client.get(reverse("home"))) == {"no-store", "private"}


@pytest.mark.django_db
def test_a_call_that_opened_is_on_the_first_page_after_the_minute(time_machine):
    opens = timezone.now() + timedelta(days=1)
    call = CallFactory(opens_at=opens, closes_at=opens + timedelta(days=30))
    page = reverse("calls:call", args=[call.key])
    for moment, phase in ((-60, "即将开放"), (1, "正在申报")):
        time_machine.move_to(opens + timedelta(seconds=moment), tick=False)
        answer = Client().get(page)
        assert phase in answer.content.decode()
        assert told(answer) == KEPT


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_page_is_not_asked_for_twice_and_right_at_once_after_signing_in_out_and_other_type(live_server, page):
    member = make_member(name="苏小满")
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    account = page.locator(".site-account")

    def come(path="/"):
        page.goto("about:blank")
        page.goto(live_server.url + path)

    come()
    assert not page.evaluate(FROM_CACHE)
    come()
    assert page.evaluate(FROM_CACHE)
    come(reverse("account_login"))
    page.locator("[name=login]").fill(member.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    expect(account).to_contain_text("苏小满")
    come()
    expect(account).to_contain_text("苏小满")
    account.locator("summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(account.get_by_role("link", name="登录")).to_be_visible()
    come()
    expect(account.get_by_role("link", name="登录")).to_be_visible()
    come()
    come(reverse("display:settings"))
    page.locator("[name=size][value=large]").check()
    page.locator("main form button[type=submit]").first.click()
    come()
    assert page.locator("link[href*='large']").count() == 1
