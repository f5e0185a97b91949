"""A long batch is checked by a job in slices, and prepared and released once, by what holds at that moment."""

import pytest
from django.urls import reverse

from portal.core.errors import RefusedError, StaleStateError
from portal.jobs.models import Job
from portal.jobs.services import run_due_jobs
from portal.notifications.models import Message
from review.payments.enums import BatchState
from review.payments.services import batches, long_batches
from review.payments.services.batches import Criteria, open_batch, open_single
from review.payments.services.long_batches import KIND, start_preparation, start_release
from review.treasury.enums import EntryKind
from review.treasury.models import Entry
from tests.factories import wuxi
from tests.review.decisions.pages import as_
from tests.review.paying import DAY
from tests.review.worlds import on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def every_batch_is_long(monkeypatch):
    monkeypatch.setattr(long_batches, "MOST_AT_ONCE", 0)


def told(user):
    return list(Message.objects.filter(user=user, kind="review.report").order_by("pk").values_list("title", "body"))


def test_both_steps_are_promised_once_however_often_one_presses_and_each_officer_is_told(client, treasury, monkeypatch):
    first, second = treasury.city
    checked = []
    kept = batches.examine_for_payment
    monkeypatch.setattr(
        batches, "examine_for_payment", lambda claims, at: checked.append(len(claims)) or kept(claims, at=at)
    )
    batch = open_batch(wuxi(), Criteria(words="全部"), act=on(DAY, first))
    page = reverse("payments:batch", args=[batch.key])
    as_(client, first)
    for _ in range(2):
        assert client.post(page, {"deed": "prepare"}).status_code == 302
    assert Job.objects.filter(kind=KIND).count() == 1
    shown = client.get(page).content.decode()
    assert ("正在逐件核查" in shown, 'value="prepare"' in shown) == (True, False)
    run_due_jobs()
    batch.refresh_from_db()
    assert batch.state == BatchState.PREPARED
    with pytest.raises(RefusedError, match="由您核对"):
        start_release(batch, shown=batch.lines_sha256, act=on(DAY, first))
    with pytest.raises(StaleStateError):
        start_release(batch, shown="0" * 64, act=on(DAY, second))
    as_(client, second)
    for _ in range(2):
        assert client.post(page, {"deed": "release", "shown": batch.lines_sha256}).status_code == 302
    assert not Entry.objects.filter(kind=EntryKind.SEND).exists()
    run_due_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.released_by) == (BatchState.RELEASED, second)
    assert Entry.objects.filter(kind=EntryKind.SEND).count() == 1
    # What the slices checked is not checked again while the batch is locked.
    assert checked == [0, 0]
    job = Job.objects.filter(kind=KIND).latest("pk")
    assert (job.progress_done, job.progress_total) == (1, 1)
    # A worker that died after its work, and a third click.
    long_batches.move_in_background(**job.payload)
    with pytest.raises(RefusedError, match="已经发放"):
        start_release(batch, shown=batch.lines_sha256, act=on(DAY, second))
    assert Entry.objects.filter(kind=EntryKind.SEND).count() == 1
    [(title, body)] = told(second)
    assert batch.number in title
    assert "3000.00 元" in body
    assert len(told(first)) == 1


def test_what_changes_between_the_slices_and_the_lock_stops_the_release_in_words(treasury, monkeypatch):
    first, second = treasury.city
    batch = open_single(treasury.part(), act=on(DAY, first))
    payee = treasury.claim.payees.get()

    def report_progress(*_):
        if treasury.claim.payees.count() == 1:
            treasury.claim.payees.create(**payee.fields | {"account_number": "6217000000009999"})

    monkeypatch.setattr(long_batches, "report_progress", report_progress)
    start_release(batch, shown=batch.lines_sha256, act=on(DAY, second))
    run_due_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.released_by) == (BatchState.PREPARED, None)
    [(title, body)] = told(second)
    assert "没有办理" in title
    assert "收款账户又有变更" in body
    # The refusal ended the job: another may be promised.
    assert start_release(batch, shown=batch.lines_sha256, act=on(DAY, second)).key.endswith("-2")
    with pytest.raises(RefusedError):
        start_preparation(batch, withhold=False, act=on(DAY, first))
