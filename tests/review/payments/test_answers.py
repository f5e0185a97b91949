"""The bank's answer: each row carried out once, whatever is uploaded, restarted or repeated."""

import io
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from applications.claims.enums import ClaimStatus
from portal.core.errors import RefusedError
from portal.jobs.models import Job
from portal.jobs.services import run_due_jobs
from review.funding.models import Payment
from review.payments.enums import BatchState, FileState, LineState, RowState
from review.payments.formats import FORMATS, PaymentLine, beyond_code_page
from review.payments.models import BankFile, BankRow, Disbursement
from review.payments.services import answers
from review.payments.services.answers import read_answer, take_answer
from review.payments.services.files import payment_lines, write_bank_file
from tests.factories import wuxi
from tests.review.paying import DAY, sent
from tests.review.worlds import again, on

pytestmark = pytest.mark.django_db
HEAD = "流水号,户名,账号,金额,结果,原因,凭证号,日期"


@pytest.fixture
def batch(treasury):
    return sent(treasury.part(), people=treasury.city)


def upload(treasury, text, *, encoding="gb18030", name="回盘.csv"):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return take_answer(wuxi(), SimpleUploadedFile(name, content), batch=None, act=on(DAY, treasury.city[0]))


def row(line, *, amount="3000.00", outcome="成功", account="", reason="", day="2026-06-10"):
    account = account or line.payee["account_number"]
    return f"{line.reference},示例,{account},{amount},{outcome},{reason},锡拨1,{day}"


def states():
    return list(BankRow.objects.order_by("file_id", "number").values_list("state", "note"))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_answer_settles_what_arrived_once_however_often_it_comes(treasury, batch, encoding):
    line = batch.lines.get()
    text = f"{HEAD}\n{row(line)}\n"
    file, is_new = upload(treasury, text, encoding=encoding)
    assert is_new
    run_due_jobs()
    assert upload(treasury, text, encoding=encoding) == (BankFile.objects.get(), False)
    Job.objects.filter(kind="payments.read_answer").delete()
    BankFile.objects.update(state=FileState.READING)
    read_answer(file.pk)
    assert states() == [(RowState.MATCHED, "登记到账")]
    upload(treasury, f"{HEAD}\n\n{row(line)}\n{row(line, day='2026-06-11')}\n")
    run_due_jobs()
    assert [state for state, _ in states()] == [RowState.MATCHED, RowState.ALREADY, RowState.ALREADY]
    batch.refresh_from_db()
    assert batch.state == BatchState.SETTLED
    payment = Payment.objects.get()
    assert (payment.voucher, payment.on, payment.part.region_id) == ("锡拨1", DAY, "320200")
    call_command("verify_ledger")
    call_command("verify_audit")


@pytest.mark.parametrize(
    ("given", "state", "words"),
    [
        ({"amount": "3000.01"}, RowState.UNMATCHED, "金额与原支付不符"),
        ({"account": "999"}, RowState.UNMATCHED, "账号与原支付不符：应为尾号 6677"),
        ({"amount": "三千"}, RowState.INVALID, "三千"),
        ({"outcome": "处理中"}, RowState.INVALID, "应为“成功”或“失败”"),
        ({"day": "2099-01-01"}, RowState.INVALID, "晚于今天"),
        ({"day": "昨天"}, RowState.INVALID, "不是日期"),
        ({"day": "1999-01-01"}, RowState.INVALID, "早于批准日期"),
    ],
)
def test_row_that_does_not_fit_moves_nothing_and_says_why(treasury, batch, given, state, words):
    upload(treasury, f"{HEAD}\n{row(batch.lines.get(), **given)}\nZF9999999999,甲,1,1.00,成功,,,\n")
    run_due_jobs()
    (first, note), (second, other) = states()
    assert (first, second) == (state, RowState.UNMATCHED)
    assert words in note
    assert "没有这个流水号" in other
    assert batch.lines.get().state == LineState.IN_TRANSIT
    assert not Payment.objects.exists()


def test_row_without_reference_is_matched_by_account_and_sum(treasury, batch):
    account = batch.lines.get().payee["account_number"]
    upload(treasury, f"收款账号,金额,处理结果\n{account[:4]} {account[4:]},3000,成功\n{account},1,成功\n")
    run_due_jobs()
    assert [state for state, _ in states()] == [RowState.MATCHED, RowState.UNMATCHED]


@pytest.mark.parametrize(
    ("stated", "outcome"),
    [
        ("3001.00", (RowState.TOTAL, "“合 计：”3,001.00 元，与上列各行之和一致")),
        ("9000.00", (RowState.INVALID, "“合 计：”9,000.00 元，上列各行之和为 3,001.00 元")),
        ("见回单", (RowState.TOTAL, "“合 计：”行没有可读的金额")),
    ],
)
def test_row_of_totals_is_named_passed_over_and_compared_with_the_rows_above(
    treasury, batch, monkeypatch, stated, outcome
):
    monkeypatch.setattr(answers, "SLICE", 1)
    rows = [
        ["回盘明细"],
        ["序号", "流水号", "金额", "结果", "日期"],
        [1, batch.lines.get().reference, 3000, "成功", datetime(2026, 6, 10)],  # noqa: DTZ001 - as a workbook holds it
        ["小计", None, Decimal("3000.00")],
        [2, "ZF0", 1, "失败", None],
        ["本页小计", None, 1],
        ["合 计：", None, stated],
    ]
    book = openpyxl.Workbook()
    for each in rows:
        book.active.append(each)
    written = io.BytesIO()
    book.save(written)
    file, _ = upload(treasury, written.getvalue(), name="回盘.xlsx")
    run_due_jobs()
    assert [found for found, _ in states()] == ["matched", "total", "unmatched", "total", outcome[0]]
    assert states()[-1][1].startswith(outcome[1])
    assert batch.lines.get().state == LineState.PAID
    assert file.rows.to_do().count() == 1 + (outcome[0] == RowState.INVALID)


def test_failure_and_return_after_success_end_the_attempt_and_ask_for_the_account(treasury, batch):
    line = batch.lines.get()
    rows = [row(line), row(line, outcome="退票", reason="账号已销户", day="2026-06-11")]
    upload(treasury, "\n".join([HEAD, *rows]))
    run_due_jobs()
    run_due_jobs()
    assert [note for _, note in states()] == ["登记到账", "登记退票"]
    line.refresh_from_db()
    batch.refresh_from_db()
    assert (line.state, line.reason, batch.state) == (LineState.RETURNED, "账号已销户", BatchState.PARTLY_SETTLED)
    following = Disbursement.objects.get(attempt=2)
    assert (following.state, following.fen, following.batch) == (LineState.NEEDS_CORRECTION, 300000, None)
    assert again(treasury.claim).status == ClaimStatus.APPROVED
    assert treasury.claim.created_by.portal_messages.filter(title="付款被银行退回").exists()


def test_job_that_is_killed_goes_on_where_it_was(treasury, batch, monkeypatch):
    monkeypatch.setattr(answers, "SLICE", 1)
    line = batch.lines.get()
    file, _ = upload(treasury, f"{HEAD}\nZF0,甲,1,1.00,成功,,,\n{row(line)}\nZF0,乙,1,1.00,成功,,,\n")
    real, done = answers.settle_lines, []

    def killed(paid, **how):
        real(paid, **how)
        done.append(paid)
        if any(paid for paid in done):
            raise KeyboardInterrupt

    monkeypatch.setattr(answers, "settle_lines", killed)
    with pytest.raises(KeyboardInterrupt):
        read_answer(file.pk)
    assert [state for state, _ in states()] == [RowState.UNMATCHED]
    assert not Payment.objects.exists()
    monkeypatch.setattr(answers, "settle_lines", real)
    read_answer(file.pk)
    assert [state for state, _ in states()] == [RowState.UNMATCHED, RowState.MATCHED, RowState.UNMATCHED]
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "不为空"), (b"\x89PNG\x00\x00", "无法识别"), (b"\xd0\xcf\x11\xe0\x00", "无法识别")]
)
def test_file_that_is_no_answer_is_refused_at_once(treasury, content, words):
    with pytest.raises(RefusedError, match=words):
        upload(treasury, content)


def test_file_without_headings_is_refused_by_the_job_in_words(treasury, batch):
    file, _ = upload(treasury, "甲,乙\n1,2\n")
    run_due_jobs()
    file.refresh_from_db()
    assert file.state == FileState.REFUSED
    assert "标题行" in file.problem


@pytest.mark.parametrize("code", list(FORMATS))
def test_file_for_the_bank_is_read_back_as_its_answer(treasury, batch, code):
    lines = list(payment_lines(batch))
    assert [line.account_number for line in lines] == [batch.lines.get().payee["account_number"]]
    file = write_bank_file(batch, code=code, act=on(DAY, treasury.city[0]))
    assert (file.name, file.batch) == (f"ZF2026-320200-0001.{code}", batch)
    written = io.BytesIO()
    FORMATS[code].write(lines, written)
    written.seek(0)
    with pytest.raises(RefusedError, match="标题行"):
        list(FORMATS[code].read(written))


def test_characters_beyond_the_code_page_are_named():
    assert beyond_code_page("无锡㐂𠮷堃公司") == ["㐂", "𠮷"]
    line = PaymentLine("ZF1", "无锡𠮷公司", "1", "行", "2", 1, "用途")
    written = io.BytesIO()
    FORMATS["csv"].write([line], written)
    assert "无锡𠮷公司" in written.getvalue().decode("gb18030")
