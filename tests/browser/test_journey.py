"""The whole way in a real browser: six people, three patents and a loan, from registration to the verified notice."""

import re
import time
from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import Applicant, Region, User
from portal.accounts.regions import load_region_tree
from portal.privacy.services.consent import give_consent
from review.decisions.models import PublicityList
from review.demo.papers import sample_paper
from review.demo.scripts import inventions, loan, with_own_name
from review.funding.models import Award
from review.notices.enums import NoticeKind
from review.notices.models import Notice
from tests.browser.people import Person
from tests.factories import PASSWORD, act, binhu, make_official, make_uscc, publish_items, wuxi, xishan

pytestmark = [pytest.mark.browser, pytest.mark.worker]

OFFICIALS = {
    "acceptance": (Role.ACCEPTANCE, binhu),
    "first": (Role.DISTRICT_FIRST, binhu),
    "second": (Role.DISTRICT_SECOND, binhu),
    "city": (Role.CITY_OFFICER, wuxi),
    "decider": (Role.DECISION_MAKER, wuxi),
    "stranger-officer": (Role.DISTRICT_FIRST, xishan),
}
ORGANISATION = {
    "name": "无锡㐂䶮𠮷精密科技有限公司",
    "uscc": make_uscc(77),
    "kind": "enterprise",
    "region": "320211",
    "legal_representative": "陈法人",
    "size_class": "small",
    "contact_name": "杨联系",
    "contact_phone": "13905100001",
    "account_name": "无锡㐂䶮𠮷精密科技有限公司",
    "bank_name": "示范银行无锡滨湖支行",
    "cnaps_code": "102302000011",
    "account_number": "11030209000000001",
}
# The first patent's costs are one fen below the standard; the third's are mistyped and corrected later.
PATENTS = with_own_name(inventions(900, "4999.99", "6200.00", "50000.00"), ORGANISATION["name"])
LOAN = loan(77, "5000000.00", "44083.33", "44083.33", "43604.17", "42645.83")


@pytest.fixture
def story(open_window):
    """Make windows for people, on a site with two published items and officials of every desk."""
    # The tests before this one, with real transactions too, leave the tables empty.
    load_region_tree(Region)
    publish_items("wx2020-01-inv", "wx2020-05-loan")
    for login, (role, region) in OFFICIALS.items():
        official = make_official(role, region(), email=f"{login}@bureau.example", name=f"{login} officer")
        EmailAddress.objects.create(user=official, email=official.email, verified=True, primary=True)
        give_consent(official, act=act(official))
    return open_window


def official_window(story, login: str) -> Person:
    person = story(login)
    person.signs_in(f"{login}@bureau.example", PASSWORD)
    return person


def mailed_code(since: float) -> str:
    """The code that the worker has mailed since a moment; "" until it has."""
    files = [file for file in Path(settings.EMAIL_FILE_PATH).glob("*.log") if file.stat().st_mtime >= since]
    for file in sorted(files, key=lambda file: file.stat().st_mtime, reverse=True):
        body = message_from_bytes(file.read_bytes(), policy=default).get_body(("plain",))
        code = re.search(r"验证码：([A-Z0-9-]+)", body.get_content()) if body is not None else None
        if code is not None:
            return code[1]
    return ""


def register(story, wait_until) -> Person:
    """Sign up, prove the address by the mailed code, and register the organisation."""
    started = time.time() - 1
    applicant = story("applicant")
    applicant.goes_to("/")
    applicant.takes_a_picture("home")
    applicant.follows("注册")
    secret = "Correct-Horse-7-Battery"
    applicant.fills(
        {
            "email": "yang@company.example",
            "name": "杨联系",
            "phone": "13905100001",
            "password1": secret,
        }
    )
    applicant.agrees()
    applicant.page.get_by_role("button", name=re.compile("注册")).click()
    applicant.page.wait_for_selector("input[name=code]")
    wait_until(lambda: mailed_code(started))
    applicant.fills({"code": mailed_code(started)})
    applicant.page.press("input[name=code]", "Enter")
    applicant.page.wait_for_url(lambda url: "code" not in url and "email" not in url)
    applicant.goes_to("/me/organisations/new/")
    applicant.fills(ORGANISATION)
    applicant.takes_a_picture("organisation")
    applicant.presses("登记")
    applicant.sees(ORGANISATION["name"])
    return applicant


def begin_claim(applicant: Person, item: str) -> None:
    applicant.goes_to(f"/claims/new/{item}/")
    applicant.presses("开始填写")
    applicant.page.wait_for_url(re.compile("/edit/"))


def fill_line(applicant: Person, number: int, facts: dict) -> None:
    """Fill in one line, and wait until it says that it is kept."""
    line = applicant.page.locator(".claim-line").nth(number)
    folded = line.locator(".line-facts details:not([open]) > summary")
    while folded.count():
        folded.first.click()
    for name, value in facts.items():
        if isinstance(value, list):
            for index, row in enumerate(value):
                if not line.locator(f"[name$='-{name}-{index}-paid_on']").count():
                    line.get_by_role("button", name=re.compile("再加|加一")).first.click()
                    applicant.page.wait_for_load_state("networkidle")
                    line = applicant.page.locator(".claim-line").nth(number)
                for column, cell in row.items():
                    line.locator(f"[name$='-{name}-{index}-{column}']").fill(cell)
        else:
            applicant.fills({name: value}, within=line)
    applicant.page.locator("#save-state", has_text="自动保存").wait_for()


def upload_everything(applicant: Person) -> None:
    """Give every required slot a paper of its own; slots are replaced as their files arrive."""
    slots = applicant.page.locator(".slot:has(.asteriskField)")
    for index in range(slots.count()):
        slot = slots.nth(index)
        label = slot.locator(".slot-label").inner_text().replace("*", "").strip()
        paper = sample_paper(label, unique=f"{applicant.page.url} {index}")
        name = f"{label}{index}.pdf"
        slot.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": paper})
        applicant.page.locator(".slot-files").get_by_role("link", name=name).wait_for()


def submit(applicant: Person) -> str:
    """Check, promise and submit, with an impatient double click; returns the claim's number."""
    applicant.page.locator(".action-bar button[value=review]").click()
    applicant.page.wait_for_url(re.compile("/review/"))
    applicant.page.check("#commitment-box")
    applicant.takes_a_picture("check-before-submitting")
    applicant.page.get_by_role("button", name=re.compile("提交申报|重新提交")).dblclick()
    applicant.page.wait_for_url(re.compile(r"/claims/[0-9a-f-]{36}/$"))
    found = re.search(r"SB\d{4}-\d{7}", applicant.page.content())
    assert found
    return found[0]


def hand_in_papers(applicant: Person) -> None:
    """Upload the licence and the letter of authority of the organisation."""
    applicant.goes_to(f"/ownership/own/{Applicant.objects.get(uscc=ORGANISATION['uscc']).pk}/")
    for name in ("licence", "authority"):
        paper = {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": sample_paper(name, unique=name)}
        applicant.page.locator(f"input[type=file][name={name}]").set_input_files(paper)
    applicant.takes_a_picture("papers")
    applicant.presses("提交核验")
    applicant.sees("licence.pdf")


def open_claim(official: Person, number: str) -> None:
    official.goes_to("/review/queue/")
    official.page.get_by_role("link", name=number).first.click()
    official.sees(number)


def conclude(official: Person, summary: str, button: str) -> None:
    """Open one of the conclusions and press its button."""
    choice = official.page.locator("details.choice", has=official.page.get_by_text(summary, exact=True))
    if choice.get_attribute("open") is None:
        choice.locator("summary").click()
    choice.get_by_role("button", name=button, exact=True).click()
    official.page.wait_for_load_state("networkidle")


def test_six_people_walk_a_claim_from_registration_to_the_verified_notice(story, wait_until):  # noqa: PLR0915 - one story
    applicant = register(story, wait_until)

    begin_claim(applicant, "wx2020-01-inv")
    for place, facts in enumerate(PATENTS):
        if place:
            applicant.presses("再加一项")
            applicant.page.locator(".claim-line").nth(place).wait_for()
        fill_line(applicant, place, facts)
    applicant.sees("14,999.99")
    upload_everything(applicant)
    applicant.takes_a_picture("claim-form")
    patents = submit(applicant)
    applicant.takes_a_picture("claim-submitted")

    begin_claim(applicant, "wx2020-05-loan")
    fill_line(applicant, 0, LOAN)
    applicant.sees("87,208.33")
    upload_everything(applicant)
    loan_number = submit(applicant)
    assert Claim.objects.exclude(number=None).count() == 2
    hand_in_papers(applicant)

    acceptance = official_window(story, "acceptance")
    acceptance.takes_a_picture("home")
    open_claim(acceptance, patents)
    acceptance.page.locator("details.choice > summary", has_text="退回补正").click()
    form = acceptance.page.locator("form", has=acceptance.page.locator("input[name=conclusion][value=correct]"))
    where = form.locator("select").first
    where.wait_for()
    options = where.locator("option").all_inner_texts()
    where.select_option(label=next(option for option in options if "3" in option and "费用合计" in option))
    form.locator("textarea, input[type=text]").first.fill("票据合计 5,600.00 元，与填报不符。")
    form.get_by_role("button", name="退回补正", exact=True).click()
    acceptance.page.wait_for_load_state("networkidle")
    assert Claim.objects.get(number=patents).status == ClaimStatus.CORRECTION

    applicant.goes_to("/")
    applicant.takes_a_picture("correction-due")
    applicant.goes_to(f"/claims/{Claim.objects.get(number=patents).key}/edit/")
    applicant.sees("票据合计 5,600.00 元")
    applicant.takes_a_picture("correction")
    applicant.fills({"fees": "5600.00"}, within=applicant.page.locator(".claim-line").nth(2))
    applicant.page.locator("#save-state", has_text="自动保存").wait_for()
    assert submit(applicant) == patents

    open_claim(acceptance, patents)
    acceptance.presses("材料相符，核验通过")
    for number in (patents, loan_number):
        open_claim(acceptance, number)
        conclude(acceptance, "受理", "受理")

    first = official_window(story, "first")
    for number in (patents, loan_number):
        open_claim(first, number)
        first.takes_a_picture(f"review-{number}")
        conclude(first, "支持", "支持并报送")

    other = official_window(story, "stranger-officer")
    hidden = other.page.goto(f"{other.base}/review/claims/{Claim.objects.get(number=patents).key}/")
    assert hidden is not None
    assert hidden.status == 404

    second = official_window(story, "second")
    city = official_window(story, "city")
    for number in (patents, loan_number):
        open_claim(second, number)
        conclude(second, "确认初审意见", "确认")
        open_claim(city, number)
        conclude(city, "支持", "支持并报送")

    decider = official_window(story, "decider")
    for number in (patents, loan_number):
        open_claim(decider, number)
        decider.fills({"minutes_number": "锡知专资会〔2026〕12号", "minutes_date": timezone.localdate().isoformat()})
        decider.takes_a_picture(f"decision-{number}")
        conclude(decider, "支持", "审定支持")

    city.goes_to("/review/publicity/new/")
    city.page.fill("input[name=title]", "2026 年第三批拟资助名单")
    for box in city.page.locator("input[name=claim]").all():
        box.check()
    city.takes_a_picture("publicity")
    city.presses("发布公示")
    city.page.wait_for_url(re.compile("/work/"))
    publicity = PublicityList.objects.get()
    visitor = story("visitor")
    visitor.goes_to(f"/review/publicity/{publicity.key}/")
    visitor.sees(ORGANISATION["name"])
    visitor.takes_a_picture("public-list")
    # Five working days pass.
    today = timezone.localdate()
    PublicityList.objects.update(starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1))

    decider.goes_to(f"/review/publicity/{publicity.key}/work/")
    decider.page.get_by_role("button", name=re.compile("批准 2 件")).click()
    decider.page.wait_for_load_state("networkidle")
    assert set(Claim.objects.values_list("status", flat=True)) == {ClaimStatus.APPROVED}
    grants = Notice.objects.filter(kind=NoticeKind.GRANT)
    wait_until(lambda: grants.exclude(sha256="").count() == 2, seconds=60, what="The worker's two notices")

    award = Award.objects.get(claim__number=patents)
    assert (award.total, award.city_share, award.district_share) == (
        Decimal("14999.99"),
        Decimal("8999.99"),
        Decimal("6000.00"),
    )
    assert Award.objects.get(claim__number=loan_number).city_share is None
    assert sorted(grants.values_list("sequence", flat=True)) == [1, 2]

    applicant.goes_to("/notices/")
    applicant.sees("资助决定通知书")
    applicant.takes_a_picture("notices")
    with applicant.page.expect_download() as download:
        applicant.page.get_by_role("link", name=re.compile("下载 PDF")).first.click()
    downloaded = download.value.path().read_bytes()
    assert downloaded.startswith(b"%PDF-")
    notice = next(n for n in Notice.objects.all() if n.size == len(downloaded))

    visitor.goes_to("/notices/verify/")
    visitor.page.locator("main input[name=code]").fill(notice.code)
    visitor.page.locator("main input[name=code]").press("Enter")
    visitor.sees(notice.number)
    assert ORGANISATION["uscc"] not in visitor.page.content()
    visitor.takes_a_picture("verified")

    assert User.objects.get(email="yang@company.example").portal_messages.filter(title__contains="通知书").exists()
