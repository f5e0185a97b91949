"""The chain: appended in order, bound to what went before, refused where it could not be read back."""

import io
import threading
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection, transaction
from django.db.models import F

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.audit import services
from portal.audit.chain import compute_hash
from portal.audit.models import AuditRecord, ChainHead
from portal.audit.offline import GENESIS
from portal.audit.selectors import RecordFilter
from portal.audit.services import export_records, record_audit, recorded_together, rehearsal
from portal.audit.verification import verify_chain
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from tests.factories import UserFactory, act, make_official, wuxi

pytestmark = pytest.mark.django_db


def test_the_first_record_is_bound_to_zeros_and_the_next_to_the_first():
    first = record_audit(act(), action="jobs.retry", target=wuxi())
    second = record_audit(act(), action="jobs.retry", target=wuxi())
    assert (first.sequence, first.previous_hash) == (1, GENESIS)
    assert (second.sequence, second.previous_hash) == (2, first.hash)
    assert ChainHead.objects.get().hash == second.hash


def test_a_record_hashes_the_same_when_read_again():
    written = record_audit(
        ActorContext(user=None, at=datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC), address="2001:db8::1"),
        action="claim.submit",
        target=wuxi(),
        region_code="320200",
        before={"amount": Decimal("0.10"), "day": datetime(2026, 3, 2, tzinfo=UTC).date(), "name": "𠮷㐂"},
        after={"list": [1, None, True, {"b": 1, "a": "二"}], "big": 10**30},
    )
    read = AuditRecord.objects.get()
    assert compute_hash(read) == written.hash == read.hash


def test_a_float_is_refused_because_databases_change_it():
    with pytest.raises(TypeError, match="Decimal"):
        record_audit(act(), action="jobs.retry", target=wuxi(), after={"amount": 0.1})
    assert not AuditRecord.objects.exists()


def test_a_record_goes_when_the_deed_is_rolled_back():
    with pytest.raises(RuntimeError), transaction.atomic():
        record_audit(act(), action="jobs.retry", target=wuxi())
        raise RuntimeError
    assert not AuditRecord.objects.exists()
    assert record_audit(act(), action="jobs.retry", target=wuxi()).sequence == 1


def test_names_too_long_for_their_column_are_cut_and_still_hash_right():
    record_audit(ActorContext(user=None, at=act().at, address="x" * 80), action="jobs.retry", target=wuxi())
    assert verify_chain().is_whole


def test_a_rehearsal_leaves_neither_deed_nor_record_and_does_not_hold_the_chain():
    with rehearsal():
        rehearsed = record_audit(act(UserFactory()), action="jobs.retry", target=wuxi())
        assert rehearsed.pk is None
        assert not ChainHead.objects.exists()
    assert not User.objects.exists()
    assert record_audit(act(), action="jobs.retry", target=wuxi()).sequence == 1


def test_a_rehearsal_that_fails_ends_and_the_next_deed_is_on_record():
    with pytest.raises(RuntimeError), rehearsal():
        raise RuntimeError
    record_audit(act(), action="jobs.retry", target=wuxi())
    assert verify_chain().count == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_writers_at_once_make_one_chain_without_a_gap():
    region = wuxi()
    start = threading.Barrier(20)
    failures = []

    def write():
        try:
            start.wait()
            for _ in range(5):
                record_audit(act(), action="jobs.retry", target=region)
        except Exception as error:  # noqa: BLE001 - whatever went wrong in a thread must reach the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert list(AuditRecord.objects.order_by("sequence").values_list("sequence", flat=True)) == list(range(1, 101))
    assert verify_chain().is_whole


def _export(user, narrowed=None):
    file = io.BytesIO()
    count = export_records(
        AuditRecord.objects.visible_to(user), narrowed=narrowed or RecordFilter(), file=file, act=act(user)
    )
    return count, openpyxl.load_workbook(file)


def test_an_export_counts_its_rows_and_is_itself_on_record():
    auditor = make_official(Role.AUDITOR, wuxi())
    for _ in range(3):
        record_audit(act(), action="jobs.retry", target=wuxi(), region_code="320211")
    count, book = _export(auditor, RecordFilter(action="jobs.retry"))
    assert count == 3
    assert book["审计记录"].max_row == 4
    said = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert said["行数"].startswith("3（")
    assert said["筛选条件"] == "操作 重试后台任务"
    last = AuditRecord.objects.first()
    assert (last.action, last.after["rows"], last.actor) == ("audit.export", 3, auditor)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_an_export_holds_no_formula(name):
    auditor = make_official(Role.AUDITOR, wuxi())
    region = wuxi()
    region.name = name
    record_audit(act(), action="jobs.retry", target=region)
    _, book = _export(auditor)
    cell = book["审计记录"]["G2"]
    assert cell.data_type == "s"
    assert cell.value == name


def test_an_export_too_large_is_refused_with_words(monkeypatch):
    monkeypatch.setattr(services, "EXPORT_LIMIT", 1)
    auditor = make_official(Role.AUDITOR, wuxi())
    for _ in range(2):
        record_audit(act(), action="jobs.retry", target=wuxi())
    with pytest.raises(RefusedError, match="缩小时间范围"):
        _export(auditor)
    assert not AuditRecord.objects.filter(action="audit.export").exists()


def test_the_head_is_the_end_of_the_chain():
    record_audit(act(), action="jobs.retry", target=wuxi())
    assert ChainHead.objects.filter(sequence=F("pk")).get().sequence == 1


def test_records_of_a_long_action_are_appended_at_its_end_so_that_nobody_waits_before():
    people = [UserFactory() for _ in range(3)]
    record_audit(act(people[0]), action="accounts.first", target=people[0])
    before = ChainHead.objects.get().sequence
    with transaction.atomic(), recorded_together():
        for person in people:
            record_audit(act(person), action="accounts.long", target=person)
        assert ChainHead.objects.get().sequence == before
    added = AuditRecord.objects.filter(sequence__gt=before).order_by("sequence")
    assert [record.target_id for record in added] == [str(person.pk) for person in people]
    assert verify_chain().is_whole
    with pytest.raises(ZeroDivisionError), transaction.atomic(), recorded_together():
        record_audit(act(people[0]), action="accounts.long", target=people[0])
        raise ZeroDivisionError
    assert ChainHead.objects.get().sequence == before + 3
