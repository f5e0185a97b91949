"""Thirty patents with sixty files in a real browser, by as few clicks as can be; and a line that breaks."""

import random
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
from tests.factories import make_member
from tests.files import make_pdf
from tests.site_claims import session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_CLICKS = 12


class Hand:
    """A hand on a page, that counts its clicks."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def clicks_on(self, place):
        self.clicks += 1
        place.click()

    def follows(self, words):
        self.clicks_on(self.page.get_by_role("link", name=words).first)

    def presses(self, words):
        self.clicks_on(self.page.get_by_role("button", name=words).first)

    def chooses(self, files):
        self.clicks += 1
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
    hand.follows("从表格导入")
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
    tab.locator("textarea[name=pasted]").fill("\n".join("\t".join(cells) for cells in table))
    hand.presses("导入")
    expect(tab.get_by_text("共 30 项").first).to_be_visible(timeout=60_000)
    hand.follows("一次上传全部材料")
    hand.chooses([paper(number, kind) for number in range(1, 31) for kind in ("专利证书", "发票")])
    expect(tab.locator("#waiting-title")).to_contain_text("（60）", timeout=240_000)
    hand.presses("按此归位（60 个）")
    expect(tab.get_by_text("60 个文件已归位。")).to_be_visible(timeout=60_000)
    hand.follows("核对并提交")
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


def test_an_upload_goes_on_by_itself_after_the_line_broke(sign_in, live_server, context):
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
    tab.goto(live_server.url + reverse("intake:files", args=[claim.key]))
    noise = random.Random(1).randbytes(600_000)
    content = make_pdf(lambda pdf: setattr(pdf.Root, "Noise", pdf.make_stream(noise)))
    tab.locator("#drop-files").set_input_files({"name": "证书.pdf", "mimeType": "application/pdf", "buffer": content})
    expect(tab.locator("#waiting-title")).to_contain_text("（1）", timeout=60_000)
    assert puts == ["offset=0", "offset=524288", "offset=524288"]
    tab.locator("#drop-files").set_input_files({"name": "坏.pdf", "mimeType": "application/pdf", "buffer": b"no pdf"})
    expect(tab.locator(".drop-list")).to_contain_text("内容不是 PDF", timeout=60_000)
    assert Axe().run(tab).response["violations"] == []
    tab.set_viewport_size({"width": 375, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 375
