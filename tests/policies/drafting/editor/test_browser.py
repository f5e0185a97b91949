"""The editor in a real browser: usable by all, on a phone and by keyboard; the preview follows what is typed."""

import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as site
from django.urls import reverse
from playwright.sync_api import expect

from policies.drafting.services.drafts import start_draft
from policies.engine.loader import CATALOGUE
from portal.accounts.enums import Role
from tests.factories import act, make_official, wuxi
from tests.site_claims import session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SETTINGS = "settings:\n  half_after_ceiling: {label: 先比费用再减半, kind: boolean, default: false, source: 测试}\n"


@pytest.fixture
def draft(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    head, *rest = (CATALOGUE / "wx2020.yaml").read_text("utf-8").replace("wx2020", "wx2031").split("---\n")
    text = "---\n".join([head, SETTINGS, *rest[:12]])
    officer = make_official(Role.POLICY_ADMIN, wuxi())
    return start_draft(None, key=uuid.uuid4(), title="修改无锡政策", code="wx2031", text=text, act=act(officer))


@pytest.fixture
def visit(draft, live_server, context):
    """Open a section of the draft, signed in."""
    key = session_of(draft.created_by)
    context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])

    def open_tab(index, *, name="section", query=""):
        tab = context.new_page()
        places = [draft.key] if index is None else [draft.key, index]
        tab.goto(live_server.url + reverse(f"drafting:{name}", args=places) + query)
        return tab

    return open_tab


PAGES = {
    "head": (0, "section", "?open=section-document-effect-0"),
    "readings": (1, "section", "?open=section-settings-0"),
    "item": (2, "section", "?open=section-steps-3"),
    "condition": (2, "section", "?open=section-conditions-0"),
    "fact": (4, "section", "?open=section-facts-3"),
    "limit": (4, "section", "?open=section-limits-0"),
    "rule": (7, "section", ""),
    "profile": (12, "section", ""),
    "new": (None, "new_section", ""),
    "tryout": (2, "tryout", ""),
}


def look_at(tab, name, artefacts):
    """Look at a page on a wide screen and on a phone's."""
    for width in (1280, 375):
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, width)
        tab.screenshot(path=artefacts / f"drafting-{name}-{width}.png", full_page=True)
        found = Axe().run(tab)
        assert not found.response["violations"], f"{name}, {width}: {found.generate_report()}"


def test_the_pages_fit_the_screen_and_are_usable_by_everybody(visit, artefacts):
    for name, (index, view, query) in PAGES.items():
        tab = visit(index, name=view, query=query)
        look_at(tab, name, artefacts)
        tab.close()


def test_the_preview_follows_what_is_typed_and_leads_to_the_fault(visit):
    tab = visit(2)
    tab.locator("#section-steps-0 > summary").click()
    amount = tab.locator("#id_section-steps-0-yuan")
    amount.fill("6000")
    expect(tab.locator("#preview")).to_contain_text("6,000 元")
    amount.fill("六千")
    expect(tab.locator("#preview")).to_contain_text("还要改正 1 处")
    tab.locator("#section-steps-0 > summary").click()
    tab.locator("#preview a").click()
    expect(amount).to_be_visible()


def test_a_step_is_added_by_keyboard_and_stands_open(visit, draft):
    tab = visit(2)
    # The preview's answer comes while the part that was drawn anew still settles.
    tab.evaluate("htmx.config.defaultSettleDelay = 1500")
    chooser = tab.get_by_label("添加步骤", exact=True)
    chooser.select_option(label="单项最高额")
    chooser.press("Tab")
    tab.locator("#section-steps-0 > summary").evaluate("summary => summary.click()")
    tab.keyboard.press("Enter")
    expect(tab.locator("#section-steps-6")).to_have_attribute("open", "")
    # The page was not loaded anew: the keyboard is at the new row, and what stood open stays open.
    expect(tab.locator("#section-steps-6 > summary")).to_be_focused()
    expect(tab.locator("#section-steps-0")).to_have_attribute("open", "")
    assert "open=" not in tab.url
    expect(tab.locator("#id_section-steps-6-yuan")).to_be_visible()
    draft.refresh_from_db()
    assert draft.sections[2]["steps"][-1] == {"do": "at_most"}


def test_two_tabs_do_not_overwrite_each_other(visit, artefacts):
    first, second = visit(2), visit(2)
    second.set_viewport_size({"width": 375, "height": 900})
    first.get_by_label("事项名称").fill("发明授权奖励")
    first.get_by_role("button", name="保存", exact=True).last.click()
    expect(first.get_by_text("已保存。")).to_be_visible()
    second.get_by_label("事项名称").fill("六千")
    second.locator("#section-steps-0 > summary").click()
    second.get_by_label("金额（元）").first.fill("六千")
    second.get_by_role("button", name="保存", exact=True).last.click()
    expect(second.get_by_text("您的内容还没有保存")).to_be_visible()
    expect(second.get_by_role("cell", name="发明授权奖励")).to_be_visible()
    expect(second.get_by_role("cell", name="六千")).to_be_visible()
    look_at(second, "conflict", artefacts)
