"""The frame of every page, its components, and that people with a keyboard, a phone or no script can use them."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from policies.engine import load_catalogue
from policies.engine.loader import CATALOGUE
from policies.published.services import publish_catalogue
from portal.access import public
from portal.accounts.enums import Role
from portal.accounts.models import Membership, User
from portal.context_processors import current_role_label
from portal.core.choices import StatusChoices
from portal.devtools.looks import faults_of, looks_of
from portal.navigation import BAR_ENTRIES, MENU, MenuLink, arrange_menu, menu_for
from portal.notifications.models import Message
from tests.factories import (
    ApplicantFactory,
    ClaimFactory,
    UserFactory,
    act,
    binhu,
    give_role,
    make_member,
    make_official,
    wuxi,
    xishan,
)

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
SPRITE = (Path(settings.BASE_DIR) / "static/img/icons.svg").read_text()
STYLES = "".join(path.read_text() for path in (Path(settings.BASE_DIR) / "static/css").glob("*.css"))


def draw(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


# ---- what the strict content policy asks of every template ----------------------------------------
FORBIDDEN = {
    "a style element": r"<style\b",
    "a style attribute": r"\sstyle\s*=",
    "a handler attribute": r"\son[a-z]+\s*=\s*[\"']",
    "a script of its own": r"<script(?![^>]*\bsrc=)",
    "an address elsewhere": r"(src|href)\s*=\s*[\"'](https?:)?//",
}


def test_no_page_has_script_or_style_of_its_own():
    # A printed letter never reaches a browser: no content policy is asked of it.
    pages = [path for path in TEMPLATES if path.parent.name != "print"]
    found = [
        (str(path.relative_to(settings.BASE_DIR)), what)
        for path in pages
        for what, pattern in FORBIDDEN.items()
        if re.search(pattern, path.read_text())
    ]
    assert found == []
    assert len(pages) > 200


def test_what_a_page_replaces_is_on_a_page():
    texts = [path.read_text() for path in TEMPLATES]
    ids = {found for text in texts for found in re.findall(r'\bid="([\w-]+)"', text)}
    named = {found for text in texts for found in re.findall(r'hx-(?:target|select)="#([\w-]+)"', text)}
    assert named
    assert named <= ids, named - ids


def test_every_colour_is_named_among_the_tokens():
    styles = {path.stem: path.read_text() for path in (Path(settings.BASE_DIR) / "static/css").glob("*.css")}
    tokens, dark = styles.pop("tokens"), styles.pop("dark")
    assert {name: found for name, text in styles.items() if (found := re.findall(r"#[0-9a-fA-F]{3,8}\b", text))} == {}
    named = set(re.findall(r"^  (--[\w-]+):", tokens, re.MULTILINE))
    assert {name for name in re.findall(r"^  (--[\w-]+):", dark, re.MULTILINE) if not name.startswith("--bs-")} <= named
    used = {name for text in styles.values() for name in re.findall(r"var\((--(?!bs-)[\w-]+)", text)}
    assert used - named <= set(re.findall(r"(--[\w-]+):", "".join(styles.values())))


def test_every_icon_that_a_template_names_is_in_the_sprite():
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "([\w-]+)"', path.read_text())}
    named |= {name for path in TEMPLATES for name in re.findall(r'\bicon="([\w-]+)"', path.read_text())}
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))
    assert named <= drawn
    assert named


def test_every_tone_of_a_pill_and_of_a_box_has_its_colours():
    statuses = {status for kind in StatusChoices.__subclasses__() for status in kind}
    assert set(ClaimStatus) < statuses
    for tone in {status.tone for status in statuses}:
        assert f".pill-{tone} " in STYLES
    for tone in ("info", "ok", "warn", "bad"):
        assert f".notice-{tone} " in STYLES


# ---- tags and filters -----------------------------------------------------------------------------
def test_sums_are_shown_with_separators_and_two_places_or_as_a_dash():
    shown = draw("{{ a|yuan }} {{ b|yuan }} {{ a|yuan_figures }}", a=Decimal("1234.5"), b=None)
    assert shown == "1,234.50 元 — 1,234.50"


def test_age_counts_calendar_days():
    now = timezone.now()
    assert draw("{{ a|age }} {{ b|age }} {{ c|age }}", a=now, b=now - timedelta(days=3), c=None) == "今天 3 天 —"


def test_names_of_facts_for_machines_are_left_out_of_sentences():
    missing = {"text": "缺少“费用合计”（fees），无法测算", "field": "fees"}
    assert draw("{{ a|reason_text }}", a=missing) == "缺少“费用合计”，无法测算"
    row = {"text": "缺少“利息”（rows[0].paid_on）", "field": "rows[0].paid_on"}
    assert draw("{{ a|reason_text }}", a=row) == "缺少“利息”"
    assert draw("{{ a|reason_text }}", a={"text": "证书（pct）"}) == "证书（pct）"


@pytest.mark.django_db
def test_a_status_is_worded_for_who_reads_it():
    claim = ClaimFactory(status=ClaimStatus.CORRECTION)
    assert "pill-warn" in draw("{% status_pill claim %}", claim=claim)
    assert "待补正" in draw("{% status_pill claim %}", claim=claim)
    assert "需要您补正" in draw('{% status_pill claim face="applicant" %}', claim=claim)


class _Mended(forms.Form):
    reason = forms.CharField(label="移除理由", error_messages={"required": "请写明移除理由。"})
    way = forms.ChoiceField(label="方式", widget=forms.RadioSelect, choices=[("a", "甲")])
    seen = forms.CharField(widget=forms.HiddenInput, error_messages={"required": "页面已过期，请刷新。"})

    def clean(self) -> None:
        raise forms.ValidationError("两项不能同时选。")


def test_what_a_sent_form_has_to_mend_stands_at_the_head_of_its_page_with_the_focus_and_jumps():
    sent = RequestFactory().post("/")
    rows = [SimpleNamespace(forms={"removal": _Mended({})})]
    shown = draw("{% form_faults %}", request=sent, rows=rows, other=_Mended())
    assert re.search(r'role="alert" tabindex="-1" autofocus', shown)
    assert '<a href="#id_reason">移除理由</a>：请写明移除理由。' in shown
    assert '<a href="#div_id_way">方式</a>' in shown
    assert "<li>页面已过期，请刷新。</li>" in shown
    assert "<li>两项不能同时选。</li>" in shown
    assert draw("{% form_faults %}", request=sent, form=_Mended()).strip() == ""
    assert draw("{% form_faults %}", request=RequestFactory().get("/"), form=_Mended({})).strip() == ""
    assert [path for path in TEMPLATES if "non_field_errors" in path.read_text()] == []


# ---- the frame ------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_every_page_has_the_landmarks_and_one_heading():
    page = Client().get(reverse("policies:documents")).content.decode()
    assert '<html lang="zh-CN">' in page
    assert 'class="skip-link" href="#content"' in page
    assert page.count("<main ") == page.count("<h1") == page.count("<footer ") == 1
    assert "· 知识产权专项资金申报平台" in page


@pytest.mark.django_db
def test_the_demo_says_so_and_a_real_site_does_not(settings):
    settings.DEMO, settings.OFFICIALS_NEED_SECOND_FACTOR = True, False
    page = Client().get(reverse("home")).content.decode()
    assert "数据均为虚构；官员双重验证已关闭" in page
    settings.DEMO = False
    assert "数据均为虚构" not in Client().get(reverse("home")).content.decode()


@pytest.mark.django_db
def test_the_header_shows_who_one_is_for_whom_and_how_much_is_unread():
    user = make_member(ApplicantFactory(name="无锡某某公司"), name="王小明")
    for number in range(3):
        Message.objects.create(user=user, key=str(number), title="x", body="")
    client = Client()
    client.force_login(user)
    header = client.get(reverse("policies:documents")).content.decode().split("</header>")[0]
    assert "王小明" in header
    assert "无锡某某公司" in header
    assert re.search(r'site-badge">3<', header)


@pytest.mark.django_db
def test_several_roles_are_counted():
    user = make_official(Role.DISTRICT_FIRST, binhu())
    assert current_role_label(user) == "无锡市滨湖区（区级经办）"
    give_role(user, Role.ACCEPTANCE, xishan())
    assert current_role_label(User.objects.get(pk=user.pk)).endswith("等 2 项")
    member = make_member(ApplicantFactory(name="甲公司"))
    Membership.objects.create(user=member, applicant=ApplicantFactory(name="乙公司"))
    assert current_role_label(member) == "甲公司 等 2 项"
    assert current_role_label(UserFactory()) == ""


# ---- the menu -------------------------------------------------------------------------------------
def test_every_menu_entry_leads_somewhere():
    assert all(reverse(entry.url_name) for entry in MENU.values())


def test_a_stranger_sees_public_entries_only():
    labels = [link.label for link in menu_for(None)]
    assert labels == [
        entry.label for entry in sorted(MENU.values(), key=lambda entry: entry.weight) if entry.rule is public
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_an_official_may_enter_what_the_menu_shows(role, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    client = Client()
    district = role in (Role.ACCEPTANCE, Role.DISTRICT_FIRST, Role.DISTRICT_SECOND)
    user = make_official(role, binhu() if district else wuxi())
    client.force_login(user)
    for link in menu_for(user):
        assert client.get(link.url).status_code == 200, link


@pytest.mark.django_db
def test_an_applicant_may_enter_what_the_menu_shows():
    client = Client()
    user = make_member()
    client.force_login(user)
    for link in menu_for(user):
        assert client.get(link.url).status_code == 200, link


@pytest.mark.django_db
def test_the_entry_one_is_below_is_marked_and_the_longest_address_wins():
    user = make_official(Role.CITY_OFFICER, wuxi())
    for name in ("review:publicity_public", "review:publicity", "review:claims", "policies:documents"):
        current = [link.url for link in menu_for(user, path=reverse(name) + "something/") if link.is_current]
        assert current == [reverse(name)]
    assert not [link for link in menu_for(user, path="/") if link.is_current]


def test_what_the_bar_has_no_room_for_opens_below_it_and_nothing_is_lost():
    links = [MenuLink(str(number), f"/{number}/", is_current=number == 8) for number in range(1, 10)]
    menu = arrange_menu(links)
    assert [*menu.bar, *menu.more] == links
    assert menu.html.count("aria-current") == 1
    assert len(menu.bar) == BAR_ENTRIES
    assert menu.is_current_below
    assert not arrange_menu(links[:BAR_ENTRIES]).more


@pytest.mark.django_db
def test_ones_own_work_stands_before_what_everybody_sees():
    rules = {entry.label: entry.rule is public for entry in MENU.values()}
    shown = [rules[link.label] for link in menu_for(make_official(Role.POLICY_ADMIN, wuxi()))]
    assert shown == sorted(shown)


# ---- errors ---------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_page_that_is_not_there_says_so_and_leads_home():
    response = Client().get("/nowhere/")
    assert response.status_code == 404
    assert "没有找到这个页面" in response.content.decode()
    assert "返回首页" in response.content.decode()


@pytest.mark.django_db
def test_a_page_one_may_not_see_says_what_to_do():
    client = Client()
    client.force_login(make_member())
    response = client.get(reverse("audit:records"))
    assert response.status_code == 403
    assert "没有权限" in response.content.decode()
    assert "换用有相应职责的账号" in response.content.decode()


@pytest.mark.django_db
def test_a_person_who_acts_for_nobody_yet_is_shown_where_to_register():
    client = Client()
    client.force_login(UserFactory())
    response = client.get(reverse("applications:claims"))
    assert (response.status_code, response["Location"]) == (302, reverse("accounts:organisation_new"))


@pytest.mark.django_db
def test_an_expired_form_says_how_to_go_on():
    response = Client(enforce_csrf_checks=True).post("/policies/items/x/calculator/")
    assert response.status_code == 403
    assert "核对后再提交一次" in response.content.decode()


def test_the_page_for_a_broken_site_needs_nothing_of_it():
    page = render_to_string("500.html")
    assert "系统暂时出错" in page
    assert "已保存的内容不会丢失" in page
    assert "/static/css/frame.css" in page


# ---- in a browser ---------------------------------------------------------------------------------
@pytest.fixture
def catalogue(transactional_db) -> None:
    wuxi(), binhu()
    publish_catalogue(act(), catalogue=load_catalogue([CATALOGUE / "wx2020.yaml"]))


ASKER = "kind=enterprise&region=320211"


@pytest.mark.browser
def test_public_pages_fit_and_have_no_accessibility_fault_in_any_look(catalogue, live_server, page):
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in (
        reverse("home"),
        reverse("policies:documents"),
        f"{reverse('policies:documents')}?q=贯标",
        reverse("finder:start"),
        f"{reverse('finder:events')}?{ASKER}",
        f"{reverse('finder:facts')}?{ASKER}&event=patent&event=loan&event=gi",
        f"{reverse('finder:result')}?{ASKER}&event=patent&event=gi&patent-patent_kind=invention&patent-fees=6200",
        reverse("policies:document", args=["wx2020"]),
        reverse("policies:item", args=["wx2020-01-inv"]),
        reverse("policies:calculator", args=["wx2020-05-loan"]),
        reverse("contact"),
        reverse("privacy"),
        reverse("account_login"),
        reverse("account_signup"),
    ):
        page.goto(live_server.url + path)
        found = {look: faults for look in looks_of(page) if (faults := faults_of(page))}
        assert found == {}, path
    assert complaints == []


@pytest.mark.browser
def test_the_first_tab_leads_past_the_menu(catalogue, live_server, page):
    page.goto(live_server.url + reverse("policies:documents"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "search"


@pytest.mark.browser
def test_without_script_the_menu_opens_and_the_calculator_computes(catalogue, live_server, browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(live_server.url + reverse("policies:calculator", args=["wx2020-01-inv"]))
    page.get_by_label("展开或收起菜单").click()
    assert page.get_by_role("navigation", name="主菜单").get_by_role("link", name="政策与事项").is_visible()
    page.fill("#id_line-0-granted_on", "2021-05-10")
    page.fill("#id_line-0-fees", "4999.99")
    page.get_by_role("button", name="计算").click()
    assert "4,999.99" in page.locator("#answer").inner_text()
    page.get_by_role("button", name="再加一项").click()
    assert page.locator("fieldset.line-card").count() == 2
    assert page.input_value("#id_line-0-fees") == "4999.99"
    context.close()


@pytest.mark.browser
def test_the_amount_follows_while_one_types(catalogue, live_server, page):
    page.goto(live_server.url + reverse("policies:calculator", args=["wx2020-01-inv"]))
    answer = page.locator("#answer")
    page.fill("#id_line-0-granted_on", "2021-05-10")
    page.locator("#id_line-0-fees").press_sequentially("5000")
    answer.get_by_text("5,000.00").first.wait_for()
    assert page.evaluate("document.activeElement.id") == "id_line-0-fees"
    page.select_option("#id_kind", "individual")
    answer.get_by_text("2,500.00").first.wait_for()
    page.get_by_role("button", name="再加一项").click()
    page.wait_for_load_state("networkidle")
    page.locator("#id_line-1-fees").press_sequentially("五千")
    page.locator("#fault-id_line-1-fees").get_by_text("不是金额").wait_for()
    page.locator("button[name=drop][value='1']").click()
    page.locator("#id_line-1-fees").wait_for(state="detached")
    assert page.input_value("#id_line-0-fees") == "5000.00"
