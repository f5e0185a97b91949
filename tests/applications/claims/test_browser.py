"""Writing a claim in a real browser: it saves itself, two tabs do not overwrite each other, all can use it."""

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from applications.claims.models import Claim
from portal.devtools.looks import faults_of, looks_of
from tests.applications.worlds import PDF, loan_facts, patent_facts, publish, ready_claim, start
from tests.factories import make_member
from tests.site_claims import session_of

# The focused control's name where the bar covers it, "" where all of it can be seen.
COVERED = """async () => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  const control = document.activeElement, bar = document.querySelector(".action-bar");
  if (!bar || bar.contains(control) || control === document.body) return "";
  const place = control.getBoundingClientRect(), top = bar.getBoundingClientRect().top + 1;
  return place.height < 300 && place.bottom > top ? control.id || control.textContent : "";
}"""
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def member():
    publish()
    return make_member()


@pytest.fixture
def visit(member, live_server, context):
    """Open a page of a claim in a new tab, signed in."""
    key = session_of(member)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])

    def open_tab(name, claim=None):
        tab = context.new_page()
        tab.goto(live_server.url + reverse(f"applications:{name}", args=[claim.key] if claim else []))
        return tab

    open_tab.base = live_server.url
    return open_tab


def test_what_is_typed_saves_itself_and_the_amount_follows(visit, member):
    claim = start(member)
    tab = visit("edit", claim)
    tab.locator("#claim-form").get_by_label("费用合计").fill("4,999.99")
    tab.locator("#claim-form").get_by_label("授权公告日").fill("2021-05-10")
    tab.locator("#claim-form").get_by_label("专利号").fill("ZL 2017 1 0601862.4")
    tab.locator("#claim-form").get_by_label("专利号").blur()
    expect(tab.locator("#save-state")).to_contain_text("已自动保存")
    expect(tab.locator("#answer")).to_contain_text("4,999.99")
    expect(tab.locator("#bar-amount")).to_contain_text("4,999.99 元")
    expect(tab.locator(".field-fault")).to_contain_text("校验位不符")
    tab.locator("#claim-form").get_by_label("专利号").fill("ZL 2017 1 0601862.3")
    tab.locator("#claim-form").get_by_label("专利号").blur()
    expect(tab.locator(".field-fault")).to_have_count(0)
    tab.reload()
    expect(tab.locator("#claim-form").get_by_label("专利号")).to_have_value("201710601862.3")


def test_a_file_is_up_as_soon_as_it_is_chosen(visit, member):
    claim = start(member)
    tab = visit("edit", claim)
    chooser = tab.locator("#claim-form").get_by_label("权利证书")
    chooser.set_input_files({"name": "假.pdf", "mimeType": "application/pdf", "buffer": b"no pdf"})
    expect(tab.locator(".slot").first).to_contain_text("内容不是 PDF")
    tab.locator("#claim-form").get_by_label("权利证书").set_input_files(
        {"name": "证书.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    expect(tab.locator(".slot").first).to_contain_text("证书.pdf")
    expect(tab.locator("#save-state")).to_contain_text("材料已上传")
    assert claim.evidence.count() == 1


def test_what_is_typed_after_the_session_ended_is_saved_once_the_same_person_is_back(visit, member, context):
    claim = start(member)
    tab = visit("edit", claim)
    cookie = next(c for c in context.cookies() if c["name"] == settings.SESSION_COOKIE_NAME)
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    tab.locator("#claim-form").get_by_label("费用合计").fill("4321")
    tab.locator("#claim-form").get_by_label("费用合计").blur()
    expect(tab.locator("#session-banner")).to_contain_text("已在别处退出登录")
    expect(tab.locator("#save-state")).to_contain_text("未保存：已在别处退出登录")
    expect(tab.locator("#answer")).not_to_contain_text("登录")
    tab.locator("#claim-form").get_by_label("权利证书").set_input_files(
        {"name": "证书.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    expect(tab.locator("#session-banner")).to_contain_text("证书.pdf")

    other = make_member()
    context.add_cookies([cookie | {"value": session_of(other)}])
    tab.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(tab.locator("#session-banner")).to_contain_text("已换人登录")
    claim.refresh_from_db()
    assert claim.revision == 0

    context.add_cookies([cookie | {"value": session_of(member)}])
    tab.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(tab.locator("#session-banner")).to_have_count(0)
    expect(tab.locator(".slot").first).to_contain_text("证书.pdf")
    tab.reload()
    expect(tab.locator("#claim-form").get_by_label("费用合计")).to_have_value("4321.00")


def test_a_page_that_was_left_brings_back_what_was_typed_to_its_own_person_alone(visit, member, context, live_server):
    claim = start(member)
    tab = visit("withdraw", claim)
    tab.get_by_label("撤回理由").fill("写了很久的理由")
    tab.reload()
    expect(tab.get_by_label("撤回理由")).to_have_value("写了很久的理由")
    expect(tab.locator(".typed-note")).to_contain_text("请核对后保存")
    cookie = next(c for c in context.cookies() if c["name"] == settings.SESSION_COOKIE_NAME)
    colleague = make_member(claim.applicant)
    context.add_cookies([cookie | {"value": session_of(colleague)}])
    tab.reload()
    expect(tab.get_by_label("撤回理由")).to_have_value("")
    context.add_cookies([cookie | {"value": session_of(member)}])
    tab.reload()
    expect(tab.get_by_label("撤回理由")).to_have_value("写了很久的理由")


def test_a_draft_kept_on_the_device_opens_without_a_line_and_saves_what_was_typed_there(visit, member, context):
    claim = start(member)
    tab = visit("edit", claim)
    tab.get_by_role("button", name="断网也能填写").click()
    expect(tab.get_by_text("已保留。")).to_be_visible()
    # The worker has the page from its next load on.
    tab.reload()
    context.set_offline(True)
    tab.locator("#claim-form").get_by_label("费用合计").fill("4321")
    tab.locator("#claim-form").get_by_label("费用合计").blur()
    expect(tab.locator("#save-state")).to_contain_text("网络不通")
    tab.close()
    # The telephone has ended the window meanwhile.
    tab = context.new_page()
    tab.goto(tab_url := f"{visit.base}{reverse('applications:edit', args=[claim.key])}")
    expect(tab.locator("#claim-form").get_by_label("费用合计")).to_have_value("4321")
    tab.goto(f"{visit.base}{reverse('applications:claims')}")
    expect(tab.get_by_role("heading", name="网络不通")).to_be_visible()
    tab.get_by_role("link", name=claim.item.title).click()
    expect(tab.locator("#claim-form").get_by_label("费用合计")).to_have_value("4321")
    context.set_offline(False)
    expect(tab.locator("#save-state")).to_contain_text("已自动保存")
    assert Claim.objects.get().lines.get().facts["fees"] == "4321.00"
    # Who comes next finds nothing of it.
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(make_member()), "url": visit.base}])
    tab.goto(visit.base)
    expect(tab.locator("body")).to_be_visible()
    kept = "async () => [...Object.keys(localStorage), ...(await (await caches.open('drafts')).keys()).map(String)]"
    assert tab.evaluate(kept) == []
    context.set_offline(True)
    tab.goto(tab_url)
    expect(tab.get_by_role("heading", name="网络不通")).to_be_visible()
    context.set_offline(False)


def test_two_tabs_do_not_overwrite_each_other(visit, member):
    claim = start(member)
    first, second = visit("edit", claim), visit("edit", claim)
    first.locator("#claim-form").get_by_label("费用合计").fill("3000")
    first.locator("#claim-form").get_by_label("费用合计").blur()
    expect(first.locator("#save-state")).to_contain_text("已自动保存")
    second.locator("#claim-form").get_by_label("费用合计").fill("7000")
    second.locator("#claim-form").get_by_label("费用合计").blur()
    expect(second.locator("#answer")).to_contain_text("在别处有新的修改")
    second.get_by_role("button", name="比较两个版本").click()
    expect(second.get_by_text("7,000.00 元")).to_be_visible()
    expect(second.get_by_text("3,000.00 元")).to_be_visible()
    second.get_by_label("本页填写的").check()
    second.get_by_role("button", name="按以上选择保存").click()
    expect(second.locator("#claim-form").get_by_label("费用合计")).to_have_value("7000.00")


def test_a_claim_is_submitted_with_its_commitment(visit, member):
    claim = ready_claim(member, item="wx2020-05-loan", lines=[loan_facts()])
    tab = visit("review", claim)
    tab.get_by_role("checkbox").check()
    tab.get_by_role("button", name="提交申报").dblclick()
    expect(tab.get_by_role("heading", name="知识产权质押贷款贴息")).to_be_visible()
    claim.refresh_from_db()
    assert claim.number
    assert claim.events.filter(action="submit").count() == 1


@pytest.mark.parametrize("name", ["claims", "edit", "review", "claim", "import"])
def test_the_pages_fit_every_screen_and_are_usable_by_everybody_in_every_look(visit, member, artefacts, name):
    claim = ready_claim(member)
    tab = visit(name, None if name == "claims" else claim)
    for mode, width in looks_of(tab):
        tab.screenshot(path=artefacts / f"applications-{name}-{mode}-{width}.png", full_page=True)
        assert faults_of(tab) == [], mode


@pytest.mark.parametrize("width", [1280, 320])
def test_nothing_that_has_the_focus_lies_under_the_bar(visit, member, width):
    tab = visit("edit", ready_claim(member, lines=[patent_facts(1), patent_facts(2)]))
    tab.set_viewport_size({"width": width, "height": 640})
    hidden = []
    for _ in range(60):
        tab.keyboard.press("Tab")
        found = tab.evaluate(COVERED)
        hidden += [found] if found else []
    assert hidden == []
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
