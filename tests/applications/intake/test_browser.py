"""The measured ways in a real browser: a new company's three patents, thirty with sixty files; a line that breaks."""

import random
import re
from urllib.parse import urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from tests.applications.intake.worlds import draft_of_patents, paper
from tests.applications.worlds import patent_facts, publish
from tests.factories import PASSWORD, binhu, make_member, make_uscc
from tests.files import make_pdf
from tests.mails import sent_mails
from tests.site_claims import session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_CLICKS = 12

# Drops words where no name is given, and else folders that cannot be read and files.
DROP = """(names) => {
  const entry = (name) => name.includes(".")
    ? { name, fullPath: `/${name}`, file: (give) => give(new File(["no pdf"], name, { type: "application/pdf" })) }
    : { name, isDirectory: true, createReader: () => ({ readEntries: (give, refuse) => refuse(new Error()) }) };
  const items = (names.length ? names.map(entry) : [null]).map((one) => ({ webkitGetAsEntry: () => one }));
  const drop = Object.assign(new Event("drop", { bubbles: true, cancelable: true }), { dataTransfer: { items } });
  document.querySelector("form[data-drop]").dispatchEvent(drop);
}"""


class Hand:
    """A hand on a page, that counts its clicks, the fields it fills in (each with a click of its own) and the pages."""

    def __init__(self, page):
        self.page, self.clicks, self.inputs, self.pages = page, 0, 0, 0
        page.on("domcontentloaded", self._loaded)

    def _loaded(self, _page):
        self.pages += 1

    def clicks_on(self, place):
        self.clicks += 1
        place.click()

    def follows(self, words):
        self.clicks_on(self.page.get_by_role("link", name=words).first)

    def presses(self, words, *, exact=False):
        self.clicks_on(self.page.get_by_role("button", name=words, exact=exact).first)

    def fills(self, **values):
        """Fill in controls by their names; `True` ticks a box."""
        for name, value in values.items():
            self.inputs += 1
            control = self.page.locator(f"main [name={name}]").first
            if value is True:
                self.clicks_on(control)
            elif control.evaluate("control => control.tagName") == "SELECT":
                self.clicks += 1
                control.select_option(value)
            else:
                self.clicks_on(control)
                control.fill(value)

    def chooses(self, files):
        self.clicks += 1
        self.inputs += 1
        self.page.locator("#drop-files").set_input_files(
            [{"name": name, "mimeType": "application/pdf", "buffer": content} for name, content in files]
        )


@pytest.fixture
def sign_in(context, live_server):
    def as_member(member):
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(member), "url": live_server.url}
        context.add_cookies([cookie])
        return context.new_page()

    return as_member


def test_thirty_patents_with_sixty_files_take_twelve_clicks(sign_in, live_server):
    publish()
    member = make_member()
    tab = sign_in(member)
    tab.set_default_timeout(60_000)
    hand = Hand(tab)
    tab.goto(live_server.url)
    hand.follows("我的申报")
    hand.follows("新建申报")
    hand.clicks_on(tab.locator(f"a[href='{reverse('applications:new', args=['wx2020-01-inv'])}']").first)
    hand.presses("开始填写")
    name = member.active_memberships[0].applicant.name
    rows = [patent_facts(number, holders=name) for number in range(1, 31)]
    heads = {
        "patent_no": "专利号",
        "patent_kind": "专利类型",
        "granted_on": "授权公告日",
        "holders": "权利人",
        "fees": "费用合计",
    }
    table = [list(heads.values()), *([row[name].replace("invention", "发明") for name in heads] for row in rows)]
    hand.clicks_on(tab.locator(".bulk-entry > summary"))
    tab.locator("textarea[name=pasted]").fill("\n".join("\t".join(cells) for cells in table))
    hand.presses("加入申报")
    expect(tab.get_by_text("共 30 项").first).to_be_visible(timeout=60_000)
    expect(tab.locator("#files-state")).to_be_visible(timeout=60_000)
    hand.chooses([paper(number, kind) for number in range(1, 31) for kind in ("专利证书", "发票")])
    expect(tab.locator("#waiting-title")).to_contain_text("（60）", timeout=240_000)
    hand.presses("按此归位（60 个）")
    expect(tab.get_by_text("60 个文件已归位。")).to_be_visible(timeout=60_000)
    hand.presses("核对并提交")
    hand.clicks_on(tab.locator("#commitment-box"))
    hand.presses("提交申报")
    expect(tab.get_by_text("申报已提交").first).to_be_visible(timeout=60_000)
    claim = Claim.objects.get()
    assert claim.status == ClaimStatus.SUBMITTED
    placed = {
        (one.line.facts["patent_no"], one.requirement): one.filename for one in claim.evidence.select_related("line")
    }
    assert len(placed) == 60
    assert all(number in filename for (number, _), filename in placed.items())
    assert hand.clicks <= MOST_CLICKS


def test_a_new_company_files_three_patents_in_thirty_clicks_eight_pages_and_eighteen_inputs(page, live_server):
    publish()
    page.set_default_timeout(60_000)
    hand, name, email = Hand(page), "无锡新来科技有限公司", "new@company.example"
    page.goto(live_server.url)
    hand.clicks_on(page.locator(f"a[href='{reverse('applications:new', args=['wx2020-01-inv'])}']").first)
    hand.fills(email=email, name="钱新", phone="13800000000", password1=PASSWORD, consent=True, sensitive_consent=True)
    hand.presses("注册")
    page.wait_for_selector("input[name=code]")
    [mail] = sent_mails()
    hand.fills(code=re.search(r"验证码：(\S+)", mail.body)[1])
    hand.presses("确认")
    hand.fills(uscc=make_uscc(77), name=name, legal_representative="陈法人", region=binhu().code)
    hand.fills(bank_name="示范银行无锡滨湖支行", cnaps_code="102302000011", account_number="11030209000000001")
    hand.presses("登记", exact=True)
    hand.presses("开始填写")
    patents = [patent_facts(number) for number in range(1, 4)]
    rows = [
        ["专利号", "授权公告日", "费用合计"],
        *([one["patent_no"], one["granted_on"], one["fees"]] for one in patents),
    ]
    hand.clicks_on(page.locator(".bulk-entry > summary"))
    hand.fills(pasted="\n".join("\t".join(cells) for cells in rows))
    hand.presses("加入申报")
    expect(page.locator(".claim-line")).to_have_count(3)
    expect(page.locator("#claim-form").get_by_label("权利人").first).to_have_value(name)
    expect(page.locator("#files-state")).to_be_visible()
    hand.chooses([paper(number, kind) for number in range(1, 4) for kind in ("专利证书", "发票")])
    hand.presses("按此归位（6 个）")
    expect(page.get_by_text("6 个文件已归位。")).to_be_visible()
    expect(page.locator(".slot-files li")).to_have_count(6)
    expect(page.locator("#left")).to_contain_text("都填好了")
    hand.presses("核对并提交")
    hand.fills(commitment=True)
    hand.presses("提交申报")
    expect(page.get_by_text("申报已提交").first).to_be_visible()
    claim = Claim.objects.get()
    assert claim.status == ClaimStatus.SUBMITTED
    assert {line.facts["patent_kind"] for line in claim.lines.all()} == {"invention"}
    assert (hand.clicks <= 30, hand.pages <= 8, hand.inputs <= 18) == (True, True, True), vars(hand)


def test_a_file_chosen_before_the_script_came_is_uploaded_and_goes_on_by_itself_after_the_line_broke(
    sign_in, live_server, context
):
    claim, member = draft_of_patents(1)
    tab = sign_in(member)
    puts = []

    def break_once(route):
        puts.append(urlparse(route.request.url).query)
        if len(puts) == 2:
            route.abort()
        else:
            route.continue_()

    context.route("**/uploads/*/?offset=*", break_once)
    scripts = []

    def hold(script):
        scripts.append(script)

    context.route("**/js/intake*.js", hold)
    with tab.expect_request("**/js/intake*.js"):
        tab.goto(live_server.url + reverse("intake:files", args=[claim.key]), wait_until="commit")
    noise = random.Random(1).randbytes(600_000)
    content = make_pdf(lambda pdf: setattr(pdf.Root, "Noise", pdf.make_stream(noise)))
    tab.locator("#drop-files").set_input_files({"name": "证书.pdf", "mimeType": "application/pdf", "buffer": content})
    for script in scripts:
        script.continue_()
    expect(tab.locator("#waiting-title")).to_contain_text("（1）", timeout=60_000)
    assert puts == ["offset=0", "offset=524288", "offset=524288"]
    tab.locator("#drop-files").set_input_files({"name": "坏.pdf", "mimeType": "application/pdf", "buffer": b"no pdf"})
    expect(tab.locator(".drop-list")).to_contain_text("内容不是 PDF", timeout=60_000)
    tab.evaluate(DROP, [])
    expect(tab.locator("[data-drop-said]")).to_contain_text("没有可以上传的文件")
    tab.evaluate(DROP, ["锁住的文件夹", "旁边.pdf"])
    expect(tab.locator(".drop-list li", has_text="锁住的文件夹")).to_contain_text("没有读取")
    expect(tab.locator(".drop-list li", has_text="旁边.pdf")).to_contain_text("内容不是 PDF", timeout=60_000)
    assert Axe().run(tab).response["violations"] == []
    tab.set_viewport_size({"width": 375, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 375
