"""The officers' pages in a browser: a claim in view at once, by keyboard alone, and usable by all."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as configured
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from applications.claims.enums import ClaimStatus
from review.decisions.models import CreditSnapshot
from tests.applications.worlds import patent_facts
from tests.review.worlds import Office, accepted, again
from tests.site_claims import session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# The middle of a part, or the head of a long one, which scrolls in its own pane.
HIDDEN = """names => names.filter(name => {
  const part = document.querySelector(name), place = part.getBoundingClientRect();
  const shown = document.elementFromPoint(place.x + place.width / 2, place.y + Math.min(place.height / 2, 80));
  return !shown || !part.contains(shown) || place.right > innerWidth;
})"""


def test_officer_decides_claim_after_claim_in_one_view_and_by_keyboard_alone(settings, live_server, context):  # noqa: PLR0915 - one story
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    office = Office()
    claims = [accepted(office, lines=[patent_facts(number)]) for number in (1, 2, 3)]
    with transaction.atomic():
        for claim in claims:
            CreditSnapshot.objects.create(
                applicant=claim.applicant,
                claim=claim,
                result="clear",
                source="信用中国",
                checked_on=claim.submitted_at.date(),
                entered_by=office.acceptance,
            )
    cookie = {"name": configured.SESSION_COOKIE_NAME, "value": session_of(office.first), "url": live_server.url}
    context.add_cookies([cookie])
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.set_viewport_size({"width": 1366, "height": 768})
    tab.goto(live_server.url + reverse("review:queue"))
    title = tab.locator("#claim-title")

    tab.keyboard.press("g")
    expect(title).to_contain_text(claims[0].number)
    expect(title).to_be_focused()
    parts = [
        ".review-facts",
        ".viewer iframe",
        ".panes .sums",
        "#panel-findings",
        ".choice[open] .choice-actions button",
    ]
    tab.wait_for_load_state("load")
    assert tab.evaluate(HIDDEN, parts) == []
    # A key counts as soon as the page is drawn: here the scripts that come later never arrive.
    later = re.compile(r"/js/(?!start|shortcuts)\w+\.js|/htmx")
    tab.route(later, lambda route: None)
    tab.keyboard.press("j")
    expect(title).to_contain_text(claims[1].number)
    tab.keyboard.press("k")
    expect(title).to_contain_text(claims[0].number)
    tab.unroute(later)
    tab.keyboard.press("j")
    expect(title).to_contain_text(claims[1].number)
    tab.keyboard.press("k")
    expect(title).to_contain_text(claims[0].number)
    tab.wait_for_load_state("load")

    tab.keyboard.press("?")
    expect(tab.locator("#shortcuts")).to_be_visible()
    faults = Axe().run(tab).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in faults] == []
    tab.locator("[data-shortcuts-switch] input").uncheck()
    tab.keyboard.press("Escape")
    tab.keyboard.press("j")
    tab.keyboard.press("?")
    expect(tab.locator("#shortcuts")).to_be_hidden()
    expect(title).to_contain_text(claims[0].number)
    tab.get_by_role("button", name="快捷键").press("Enter")
    tab.locator("[data-shortcuts-switch] input").check()
    tab.keyboard.press("Escape")

    tab.keyboard.press("d")
    expect(tab.locator(".choice[open] > summary")).to_be_focused()
    for following in (*claims[1:], None):
        tab.keyboard.press("n")
        tab.keyboard.press("Enter")
        if following:
            expect(title).to_contain_text(following.number)
            expect(title).to_be_focused()
            # The decision stands at the foot of the page.
            tab.wait_for_load_state("domcontentloaded")
    expect(tab.get_by_text("这里没有等待办理的申报")).to_be_visible()
    assert {again(claim).status for claim in claims} == {ClaimStatus.DISTRICT_CONFIRMATION}

    # With the mouse one click begins, and one more ends each claim: twenty in a row take twenty-one.
    context.clear_cookies()
    context.add_cookies([cookie | {"value": session_of(office.second)}])
    tab.set_viewport_size({"width": 1366, "height": 768})
    tab.goto(live_server.url + reverse("review:queue"))
    tab.get_by_role("link", name="办理下一件").click()
    for claim in claims:
        expect(title).to_contain_text(claim.number)
        tab.locator(".choice[open] button[name=next]").click()
    expect(tab.get_by_text("这里没有等待办理的申报")).to_be_visible()
    assert {again(claim).status for claim in claims} == {ClaimStatus.CITY_REVIEW}

    for width, height in ((1280, 720), (683, 384), (375, 812), (320, 640)):
        tab.set_viewport_size({"width": width, "height": height})
        for address in (reverse("review:claim", args=[claims[0].key]), reverse("review:claims")):
            tab.goto(live_server.url + address)
            wide = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (width, wide) == (width, 0)
    assert complaints == []
