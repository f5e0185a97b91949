"""Rows of an answer that the portal could not carry out: two people assign them, or one sets them aside."""

import io

import pytest
import xlsxwriter
from django.core.management import call_command
from django.urls import reverse

from portal.core.errors import RefusedError
from portal.jobs.services import run_due_jobs
from review.funding.models import Payment
from review.payments.enums import HandlingState, LineState, RowState
from review.payments.models import BankRow, RowHandling
from review.payments.selectors.batches import row_counts
from review.payments.services.lines import Voucher
from review.payments.services.rows import confirm_assignment, drop_handling, propose_assignment, set_aside
from tests.review.paying import DAY, sent
from tests.review.payments.test_answers import HEAD, row, states, upload
from tests.review.worlds import on

pytestmark = pytest.mark.django_db
PAPER = Voucher("锡拨9", DAY)


@pytest.fixture
def line(treasury):
    return sent(treasury.part(), people=treasury.city).lines.get()


def taken(treasury, *rows):
    """The rows of an answer after the job has read it."""
    file, _ = upload(treasury, "\n".join([HEAD, *rows]))
    run_due_jobs()
    return file, list(file.rows.order_by("number"))


def proposed(found, line, officer, *, is_paid=True, paper=PAPER, reference=""):
    return propose_assignment(
        found,
        reference=reference or line.reference,
        is_paid=is_paid,
        voucher=paper,
        reason="经电话与银行核对",
        act=on(DAY, officer),
    )


@pytest.mark.parametrize(
    ("given", "is_paid", "ends"),
    [({"account": "999"}, True, LineState.PAID), ({"outcome": "处理中"}, False, LineState.FAILED)],
)
def test_unmatched_and_invalid_rows_are_assigned_by_two_people(treasury, line, given, is_paid, ends):
    file, [found] = taken(treasury, row(line, **given))
    first, second = treasury.city
    handling = proposed(found, line, first, is_paid=is_paid)
    with pytest.raises(RefusedError, match="另一名财务人员"):
        confirm_assignment(handling, act=on(DAY, first))
    with pytest.raises(RefusedError, match="对应待复核"):
        proposed(found, line, second)
    assert line.payment is None
    confirm_assignment(handling, act=on(DAY, second))
    with pytest.raises(RefusedError):
        confirm_assignment(handling, act=on(DAY, second))
    line.refresh_from_db()
    handling.refresh_from_db()
    assert (line.state, handling.state, handling.settled_by) == (ends, HandlingState.ASSIGNED, second)
    assert Payment.objects.count() == (1 if is_paid else 0)
    assert [(desk, count) for desk, _, count in row_counts(file) if count] == [("handled", 1)]
    call_command("verify_ledger")
    call_command("verify_audit")


def test_row_that_was_assigned_is_known_when_it_comes_in_another_file(treasury, line):
    again = row(line, account="999").replace(line.reference, "")
    _, [found] = taken(treasury, again)
    confirm_assignment(proposed(found, line, treasury.city[0]), act=on(DAY, treasury.city[1]))
    taken(treasury, "", again)
    assert [state for state, _ in states()] == [RowState.UNMATCHED, RowState.ALREADY]
    assert Payment.objects.count() == 1


def test_assignment_to_what_cannot_be_meant_is_refused_in_words(treasury, line):
    first, second = treasury.city
    other = sent(treasury.part("320211"), people=treasury.district).lines.get()
    _, [short, strange, done] = taken(
        treasury, row(line, amount="2999.99"), "ZF0,甲,1,,成功,,,", row(line, outcome="成功")
    )
    for found, given, words in (
        (short, {"line": line}, "金额 2,999.99 元与该笔 3,000.00 元不符"),
        (strange, {"line": other}, "没有这个流水号"),
        (strange, {"line": line, "reference": "²"}, "没有这个流水号"),
        (strange, {"line": line}, "不能再“登记到账”"),
        (strange, {"line": line, "is_paid": False, "paper": Voucher("", DAY)}, "凭证号"),
        (done, {"line": line}, "不需要人工办理"),
    ):
        with pytest.raises(RefusedError, match=words):
            proposed(found, given.pop("line"), first, **given)
    assert not RowHandling.objects.exists()
    # What was paid comes back: a return.
    confirm_assignment(proposed(strange, line, first, is_paid=False), act=on(DAY, second))
    line.refresh_from_db()
    assert line.state == LineState.RETURNED


def test_row_is_set_aside_with_a_note_and_taken_up_again(treasury, line):
    file, [found] = taken(treasury, "ZF0,手续费,1,5.00,成功,,,")
    with pytest.raises(RefusedError, match="说明"):
        set_aside(found, note=" ", act=on(DAY, treasury.city[0]))
    handling = set_aside(found, note="银行手续费", act=on(DAY, treasury.city[0]))
    assert not file.rows.to_do().exists()
    drop_handling(handling, act=on(DAY, treasury.city[1]))
    assert [found] == list(file.rows.to_do())


def test_desk_leads_an_officer_from_the_row_to_the_payment(client, treasury, line):
    file, [found] = taken(treasury, row(line, account="999"))
    first, second = treasury.city
    page = reverse("payments:row", args=[found.pk])
    client.force_login(first)
    assert page in client.get(reverse("payments:answer", args=[file.pk])).content.decode()
    shown = client.get(page, {"line": line.reference}).content.decode()
    assert f'value="{line.reference}"' in shown
    given = {"deed": "assign", "reference": line.reference, "outcome": "paid", "voucher": "锡拨9", "on": "2026-06-10"}
    assert client.post(page, given).status_code == 422
    assert client.post(page, given | {"reason": "核对"}).status_code == 302
    assert client.post(page, {"deed": "confirm"}).status_code == 302
    assert BankRow.objects.to_do().exists()
    client.force_login(second)
    assert "复核无误" in client.get(page).content.decode()
    # Taken back meanwhile: a page left open confirms nothing, and says so.
    drop_handling(found.handlings.get(), act=on(DAY, first))
    assert "没有办理" in client.post(page, {"deed": "confirm"}, follow=True).content.decode()
    client.force_login(first)
    assert client.post(page, given | {"reason": "核对"}).status_code == 302
    client.force_login(second)
    assert client.post(page, {"deed": "confirm"}).status_code == 302
    line.refresh_from_db()
    assert line.state == LineState.PAID
    assert "已人工对应" in client.get(f"{reverse('payments:answer', args=[file.pk])}?state=handled").content.decode()


def test_workbook_of_more_rows_than_people_may_import_is_taken_whole(treasury, line):
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD.split(","))
    for number in range(1, 5_200):
        sheet.write_row(number, 0, ["ZF0", "甲", "1", 1, "成功"])
    sheet.write_row(5_200, 0, row(line).split(","))
    book.close()
    file, _ = upload(treasury, written.getvalue(), name="回盘.xlsx")
    run_due_jobs()
    assert file.rows.count() == 5_200
    last = file.rows.order_by("-number").first()
    assert (last.number, last.state, last.disbursement) == (5_201, RowState.MATCHED, line)
