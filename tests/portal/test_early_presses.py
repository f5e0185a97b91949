"""What is pressed or typed on a poor line while a page is drawn and its scripts are still on their way."""

import re

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from applications.claims.models import ClaimLine
from tests.applications.intake.worlds import draft_of_patents
from tests.site_claims import session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LATER = re.compile(r"/js/(?!start)[\w-]+\.|/htmx")


@pytest.fixture
def held(page):
    """Scripts that come late wait until this is called."""
    waiting = []
    has_come = []
    page.route(LATER, lambda script: script.continue_() if has_come else waiting.append(script))

    def come():
        has_come.append(True)
        while waiting:
            waiting.pop().continue_()

    return come


@pytest.fixture
def draft(page, live_server, held):
    """A draft of one patent, just opened."""
    claim, member = draft_of_patents(1)
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(member), "url": live_server.url}]
    )
    with page.expect_request(LATER):
        page.goto(live_server.url + reverse("applications:edit", args=[claim.key]), wait_until="commit")
    return claim


def test_the_menu_of_a_phone_opens_and_closes_before_any_script(live_server, page):
    page.route(re.compile(r"\.js"), lambda script: script.abort())
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(live_server.url)
    entry = page.get_by_role("link", name="政策与事项", exact=True)
    expect(entry).to_be_hidden()
    page.get_by_label("展开或收起菜单").press("Enter")
    expect(entry).to_be_visible()
    page.get_by_label("展开或收起菜单").click()
    expect(entry).to_be_hidden()


def test_what_was_typed_and_chosen_in_a_draft_before_its_scripts_came_is_saved(page, draft, held):
    page.locator("[data-autosave] input[name$=title], [data-autosave] input[type=text]").first.fill("一种早写的装置")
    held()
    expect(page.locator("#save-state")).to_contain_text("已自动保存")
    assert "一种早写的装置" in ClaimLine.objects.get(claim=draft).facts.values()


def test_what_cannot_be_undone_is_asked_for_before_the_scripts_came(page, draft):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.locator("button[data-confirm*=删除第]").first.click()
    assert len(asked) == 1
    assert ClaimLine.objects.filter(claim=draft).count() == 1


def test_a_button_that_a_script_answers_is_pressed_once_it_came(live_server, page, held):
    page.add_init_script("window.print = () => document.body.setAttribute('data-printed', 'yes')")
    with page.expect_request(LATER):
        page.goto(live_server.url + reverse("applications:commitment"), wait_until="commit")
    page.locator("[data-print]").click()
    held()
    expect(page.locator("body[data-printed]")).to_be_attached()
