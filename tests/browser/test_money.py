"""Money from the budget to the account and back, by the pages of those who handle it: the board ties to the books."""

import csv
import io
import re
import uuid
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import Region
from portal.accounts.regions import load_region_tree
from review.notices.enums import NoticeKind
from review.notices.models import Notice
from review.payments.enums import LineState
from review.payments.models import Batch, Disbursement
from review.recoveries.models import Recovery
from review.treasury.enums import SourceKind
from review.treasury.selectors import book_problems
from review.treasury.services.lines import LinePlan, create_line, issue_budget
from tests.applications.worlds import patent_facts
from tests.factories import act, binhu, make_official, wuxi
from tests.review.worlds import Office, applicant_of, approved

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.postgres]
# What stands behind each figure of the board, and its sign: a kind of account, or what came back to it.
FIGURES = {
    "下达": ("source", -1),
    "占用": ("committed", 1),
    "批准": ("payable", 1),
    "在途": ("in_transit", 1),
    "已付": ("paid", 1),
    "退回": ("returned", 1),
    "余额": ("available", 1),
}
BOOKS = """
    SELECT line.name, account.kind, entry.kind, SUM(posting.amount)
    FROM treasury_posting posting
    JOIN treasury_entry entry ON entry.id = posting.entry_id
    JOIN treasury_account account ON account.id = posting.account_id
    JOIN treasury_budgetline line ON line.id = account.line_id
    GROUP BY line.name, account.kind, entry.kind
"""


def books():
    """Fen by budget line and kind of account, straight from the postings; `returned` is what returns made payable."""
    sums = Counter()
    with connection.cursor() as cursor:
        cursor.execute(BOOKS)
        for line, account, entry, fen in cursor.fetchall():
            sums[line, account] += int(fen)
            if (account, entry) == ("payable", "return"):
                sums[line, "returned"] += int(fen)
    return sums


def read_board(reader):
    """What the page of budgets shows, in fen by line and heading, and the line of totals."""
    reader.goes_to(reverse("treasury:board"))
    reader.takes_a_picture("board")
    cells = """row => [row.querySelector('a, th').textContent.trim(),
        Object.fromEntries([...row.querySelectorAll("td[data-label]")].map(x => [x.dataset.label, x.textContent]))]"""
    read = {}
    for row in reader.page.locator("table.table-stack tr", has=reader.page.locator("td.num")).all():
        name, figures = row.evaluate(cells)
        found = {label: re.search(r"-?[\d,]+\.\d\d", text) for label, text in figures.items()}
        read[name] = {
            label: int(Decimal(figure[0].replace(",", "")) * 100) for label, figure in found.items() if figure
        }
    return read


def gather(officer, region):
    """Gather what the region has to pay into a batch, and check it."""
    officer.goes_to(reverse("payments:new_batch"))
    officer.presses("建立批次")
    officer.sees("核对清单")
    officer.presses("核对完成")
    officer.sees("待复核发放")
    return Batch.objects.filter(region=region).latest("pk")


def release(officer, batch):
    """Release a batch as another officer, and fetch the bank's file: its rows by the name of the account."""
    officer.goes_to(reverse("payments:batch", args=[batch.key]))
    officer.presses("发放", exact=False)
    officer.sees("已发放，待回盘")
    with officer.page.expect_download() as download:
        officer.presses("通用 CSV（GB 18030）")
    text = download.value.path().read_bytes().decode("gb18030")
    return {row["户名"]: row for row in csv.DictReader(io.StringIO(text))}


def answer(officer, batch, rows):
    """Upload what the bank answers, and wait until it is worked through."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["流水号", "账号", "金额", "结果", "原因", "凭证号", "日期"])
    today = timezone.localdate().isoformat()
    for row, outcome, reason in rows:
        writer.writerow([row["流水号"], row["账号"], row["金额（元）"], outcome, reason, f"银{row['流水号']}", today])
    officer.goes_to(reverse("payments:batch", args=[batch.key]))
    file = {"name": "回盘.csv", "mimeType": "text/csv", "buffer": written.getvalue().encode("gb18030")}
    officer.page.locator("input[type=file]").set_input_files(file)
    officer.presses("上传并处理")
    officer.page.locator(".pill", has_text="已处理").first.wait_for(timeout=60_000)


def record(person, line, deed, button, **values):
    """What an officer records of one payment, by its form."""
    person.goes_to(reverse("payments:line", args=[line.key]))
    form = person.page.locator("form", has=person.page.locator(f"button[name=deed][value={deed}]"))
    person.fills(values, within=form)
    form.get_by_role("button", name=button, exact=True).click()
    person.sees(f"已登记“{button}”")


def act_on(person, recovery, action, button, **values):
    """One step of a recovery, by its form."""
    person.goes_to(reverse("recoveries:recovery", args=[recovery.key]))
    form = person.page.locator("details.choice", has=person.page.locator(f"input[name=action][value={action}]"))
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    person.fills(values, within=form)
    form.get_by_role("button", name=button, exact=True).click()
    person.page.wait_for_load_state()
    person.sees(f"已{button}。")


@pytest.fixture
def desks(open_window, wait_until):
    """Two budgets, three approved claims with their notices, and the windows of everybody who handles the money."""
    load_region_tree(Region)
    year = timezone.localdate().year
    for region, source in ((wuxi(), SourceKind.CITY), (binhu(), SourceKind.DISTRICT)):
        finance = act(make_official(Role.FINANCE, region))
        line = create_line(region, year=year, plan=LinePlan(f"{region.name}专项", source), act=finance)
        issue_budget(line, amount=Decimal(100_000), paper_no="指标文1号", key=uuid.uuid4(), act=finance)
    office = Office()
    claims = [approved(office, lines=[patent_facts(number)]) for number in range(3)]
    grants = Notice.objects.filter(kind=NoticeKind.GRANT).exclude(sha256="")
    wait_until(lambda: grants.count() == 3, seconds=90, what="The three notices")
    people = {
        "maker": (Role.FINANCE, wuxi()),
        "checker": (Role.FINANCE, wuxi()),
        "district-maker": (Role.FINANCE, binhu()),
        "district-checker": (Role.FINANCE, binhu()),
        "acceptance": (Role.ACCEPTANCE, binhu()),
        "officer": (Role.CITY_OFFICER, wuxi()),
        "decider": (Role.DECISION_MAKER, wuxi()),
        "auditor": (Role.AUDITOR, wuxi()),
    }
    windows = {name: open_window(name, make_official(*where, name=name)) for name, where in people.items()}
    return claims, windows, open_window


def test_money_goes_to_the_account_and_back_and_the_board_ties_to_the_books(desks):  # noqa: PLR0915 - one story
    (refused, reversed_claim, recovered), people, open_window = desks
    maker, checker = people["maker"], people["checker"]
    names = [applicant_of(claim.created_by).account_name for claim in (refused, reversed_claim, recovered)]

    # The district pays without a file from the bank, the city with one that returns a payment.
    district = gather(people["district-maker"], binhu())
    release(people["district-checker"], district)
    people["district-checker"].fills({"voucher": "滨拨1"})
    people["district-checker"].presses("登记到账")
    people["district-checker"].sees("全部到账")
    first = gather(maker, wuxi())
    sent = release(checker, first)
    assert sorted(sent) == sorted(names)
    answer(maker, first, [(sent[name], "失败" if name == names[0] else "成功", "账号不存在") for name in names])
    maker.takes_a_picture("answer")
    assert sorted(first.lines.values_list("state", flat=True)) == ["failed", "paid", "paid"]

    # The applicant corrects its account, another person confirms it, and the payment goes out once more.
    applicant = open_window("applicant", refused.created_by)
    applicant.goes_to(reverse("accounts:organisation_edit", args=[refused.applicant_id]))
    applicant.fills({"account_number": "11030209000000002", "change_reason": "账户已变更"})
    applicant.presses("保存")
    applicant.page.wait_for_load_state()
    people["acceptance"].goes_to(reverse("payees:requests"))
    people["acceptance"].page.locator("main a", has_text=names[0]).first.click()
    people["acceptance"].fills({"reason": "与开户许可证一致"})
    people["acceptance"].presses("确认变更")
    people["acceptance"].sees("已确认，变更即时生效")
    again = Disbursement.objects.get(state=LineState.NEEDS_CORRECTION)
    record(maker, again, "confirm", "确认账户")
    second = gather(maker, wuxi())
    sent = release(checker, second)
    assert [row["账号"] for row in sent.values()] == ["11030209000000002"]
    answer(checker, second, [(sent[names[0]], "成功", "")])

    # One payment was recorded wrongly: one officer proposes to reverse it, another does.
    wrong = Disbursement.objects.get(part__award__claim=reversed_claim, batch=first)
    record(maker, wrong, "ask_reversal", "提出冲正", reason="登记在错误的申报上")
    record(checker, wrong, "reverse", "冲正")

    # One award is lowered, and what was paid too much comes back in two instalments.
    officer, decider = people["officer"], people["decider"]
    officer.goes_to(reverse("recoveries:new", args=[recovered.key]))
    officer.fills({"ground": "error", "clause": "办法第十六条", "new_sum": "4000.01", "facts": "计算有误"})
    officer.presses("提出")
    officer.sees("陈述申辩")
    recovery = Recovery.objects.get()
    act_on(officer, recovery, "hear", "告知并听取陈述申辩")
    accused = open_window("accused", recovered.created_by)
    act_on(accused, recovery, "state", "提交陈述申辩", statement="无意见")
    act_on(decider, recovery, "decide", "作出决定", number="锡知追〔2026〕1号", reason="事实清楚")
    today = timezone.localdate()
    act_on(officer, recovery, "serve", "登记送达", on=today.isoformat(), how="post")
    act_on(officer, recovery, "plan", "制定分期计划", count="2", first_on=(today + timedelta(days=7)).isoformat())
    for number, amount in enumerate(("500.00", "499.99"), start=1):
        values = {"amount": amount, "on": today.isoformat(), "voucher": f"退{number}"}
        act_on(maker, recovery, "receive", "登记退款", **values)
    maker.sees("已结清")
    maker.takes_a_picture("recovery")

    shown, held = read_board(people["auditor"]), books()
    lines = {name for name, _ in held}
    assert set(shown) == lines | {"合计"}
    for heading, (kind, sign) in FIGURES.items():
        assert {line: shown[line][heading] for line in lines} == {line: sign * held[line, kind] for line in lines}
        assert shown["合计"][heading] == sum(shown[line][heading] for line in lines)
    assert list(book_problems()) == []
    # Three awards of 3,000.00 and 2,000.00: a city part is reversed, and one award is lowered to 2,400.00 and 1,600.01.
    assert (shown["无锡市专项"]["已付"], shown["滨湖区专项"]["已付"]) == (540000, 560001)
    assert (shown["无锡市专项"]["批准"], shown["无锡市专项"]["退回"]) == (300000, 300000)
