"""Two officers at the same moment, on PostgreSQL: one is first, the other is told so, and nothing comes twice."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from portal.jobs.models import Job
from review.funding.awards import record_award
from review.funding.models import AwardPart, Payment
from review.payments.enums import BatchState, LineState, RowState
from review.payments.models import BankFile, BankRow, Batch, Disbursement
from review.payments.services import answers
from review.payments.services.answers import read_answer, take_answer
from review.payments.services.batches import Criteria, open_batch, open_single, release_batch
from review.payments.services.lines import (
    Voucher,
    ask_reversal,
    confirm_correction,
    decide_reversal,
    fail_line,
    settle_line,
)
from review.treasury.enums import EntryKind
from review.treasury.models import Entry
from review.treasury.selectors import book_problems
from tests.applications.worlds import at_once, patent_facts
from tests.factories import act, make_official, wuxi
from tests.review.paying import DAY, sent
from tests.review.payments.conftest import treasury_of
from tests.review.worlds import Office, approved, on

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def treasury(transactional_db, settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    return treasury_of(Office())


def both(deed, *people):
    """What two people get who do the same at once: how many went through, and the words of the refusals."""
    waiting = [on(DAY, person) for person in people]
    got = at_once(2, lambda: deed(waiting.pop()))
    refusals = [each for each in got if isinstance(each, Exception)]
    assert all(isinstance(each, RefusedError) for each in refusals), refusals
    return 2 - len(refusals), [str(each) for each in refusals]


def test_two_officers_at_every_step_of_a_payment_carry_it_out_once(treasury):
    maker, checker = treasury.city
    other = make_official(Role.FINANCE, wuxi())
    part = treasury.part()
    done, refused = both(lambda act: open_batch(wuxi(), Criteria(), act=act), maker, checker)
    assert (done, refused, Batch.objects.count()) == (1, ["没有符合条件的待支付资助，请调整条件。"], 1)
    Batch.objects.get().lines.update(batch=None)
    batch = open_single(part, act=on(DAY, maker))
    done, [words] = both(lambda act: release_batch(batch, shown=batch.lines_sha256, act=act), checker, other)
    assert done == 1
    assert "已" in words
    assert Entry.objects.filter(kind=EntryKind.SEND).count() == 1

    line = batch.lines.get()
    text = f"流水号,金额,结果,原因\n{line.reference},3000.00,失败,销户\n"

    def take(act):
        return take_answer(wuxi(), SimpleUploadedFile("回盘.csv", text.encode()), batch=batch, act=act)[1]

    assert both(take, maker, checker) == (2, [])
    file = BankFile.objects.get()
    assert Job.objects.filter(kind="payments.read_answer").count() == 1
    at_once(2, lambda: read_answer(file.pk))
    assert BankRow.objects.filter(state=RowState.MATCHED).count() == 1
    failed = Disbursement.objects.get(state=LineState.FAILED)
    again = Disbursement.objects.get(state=LineState.NEEDS_CORRECTION)
    assert (failed.attempt, again.attempt) == (1, 2)

    Disbursement.objects.filter(pk=failed.pk).update(officer=None)
    done, [words] = both(lambda act: confirm_correction(again, reason="银行故障", act=act), maker, checker)
    assert done == 1
    assert "待支付" in words
    batch = sent(part, people=treasury.city)
    line = batch.lines.get()
    done, _ = both(lambda act: settle_line(line, voucher=Voucher("锡拨1", DAY), act=act), maker, checker)
    assert (done, Payment.objects.count()) == (1, 1)
    ask_reversal(line, reason="记错", act=on(DAY, maker))
    done, _ = both(lambda act: decide_reversal(line, confirm=True, act=act), checker, other)
    assert (done, Payment.objects.count()) == (1, 2)
    batch = sent(part, people=treasury.city)
    line = batch.lines.get()
    settle_line(line, voucher=Voucher("锡拨2", DAY), act=on(DAY, checker))
    done, _ = both(lambda act: fail_line(line, voucher=Voucher("退1", DAY), reason="销户", act=act), checker, other)
    assert (done, Payment.objects.count()) == (1, 4)
    batch.refresh_from_db()
    assert batch.state == BatchState.PARTLY_SETTLED
    assert list(book_problems()) == []


def test_slices_of_an_answer_that_run_side_by_side_say_what_they_would_say_one_by_one(treasury, monkeypatch):
    monkeypatch.setattr(answers, "SLICE", 1)
    office, others = Office(), []
    for number in (2, 3):
        claim = approved(office, lines=[patent_facts(number)])
        record_award(claim, act=act())
        others.append(AwardPart.objects.select_related("region", "award__claim").get(award__claim=claim, region=wuxi()))
    first, second, third = (sent(part, people=treasury.city).lines.get() for part in (treasury.part(), *others))
    account = third.payee["account_number"]
    rows = [
        f"{first.reference},,3000.00,成功,",
        f"{first.reference},,3000.00,成功,",
        f"{second.reference},,3000.00,失败,销户",
        f"{second.reference},,3000.00,失败,又一次",
        f",{account},3000.00,成功,",
        f"{first.reference},,3000.00,失败,退票",
        "合计,,18000.00,,",
    ]
    text = "\n".join(["流水号,账号,金额,结果,原因", *rows])
    file, _ = take_answer(
        wuxi(), SimpleUploadedFile("回盘.csv", text.encode()), batch=None, act=on(DAY, treasury.city[0])
    )

    read_answer(file.pk)

    matched, already, total = RowState.MATCHED, RowState.ALREADY, RowState.TOTAL
    assert list(BankRow.objects.order_by("number").values_list("state", flat=True)) == [
        *(matched, already, matched, already, matched, matched, total)
    ]
    assert list(Disbursement.objects.filter(attempt=1).order_by("pk").values_list("state", flat=True)) == [
        *(LineState.RETURNED, LineState.FAILED, LineState.PAID)
    ]
    assert list(book_problems()) == []
