"""What was written once stays: shown table by table, on whichever database the run uses."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from applications.claims.models import ClaimEvent
from portal.audit.models import AuditRecord, ChainHead
from portal.core.triggers import ProtectRows, ReadByIndex, declared_triggers, missing_protections
from review.notices.models import Notice
from tests.portal.core.protected_rows import ROWS, audit_record, claim_event, notice

pytestmark = pytest.mark.django_db


def test_every_protected_table_is_tried_here():
    declared = {f"{app}.{model}" for (app, model, name) in declared_triggers() if not name}
    assert declared - {"audit.chainhead"} == set(ROWS)


def test_every_declared_trigger_is_in_force():
    # A migration that rebuilt a table on SQLite took its triggers along: it must repeat ProtectRows.
    assert missing_protections(apps) == []


_GUARDS = """
    SELECT DISTINCT proname, 'enable_seqscan=off' = ANY(proconfig) FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid
    WHERE NOT tgisinternal AND prosrc ILIKE '%select%' ORDER BY 1
"""


def _guards():
    with connection.cursor() as cursor:
        cursor.execute(_GUARDS)
        return dict(cursor.fetchall())


@pytest.mark.postgres
def test_every_guard_reads_rows_by_an_index_also_in_a_database_made_before():
    made = _guards()
    assert {"funding_payment_within_award", "treasury_posting_in_order"} <= made.keys()
    assert set(made.values()) == {True}
    with connection.schema_editor() as editor:
        for name in made:
            editor.execute(f"ALTER FUNCTION {name}() RESET enable_seqscan")
    assert set(_guards().values()) == {None}

    with connection.schema_editor() as editor:
        ReadByIndex().apply("payments", editor, apps)

    assert _guards() == made


@pytest.mark.parametrize("label", ROWS)
def test_a_row_cannot_be_changed_or_deleted_nor_its_table_emptied(label):
    make, change = ROWS[label]
    row = make()
    stored = type(row)._base_manager.filter(pk=row.pk)
    before, table = stored.values().get(), row._meta.db_table
    key = row._meta.pk.get_db_prep_value(row.pk, connection)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        stored.update(**change)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{table}" WHERE "{row._meta.pk.column}" = %s', [key])  # noqa: S608 - our own names
    if connection.vendor == "postgresql":
        # Rows still to be checked at commit would make PostgreSQL refuse for another reason.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'TRUNCATE "{table}" CASCADE')
    assert stored.values().get() == before


def _render(row, **more):
    changes = {"sha256": "a" * 64, "size": 100, "rendered_at": timezone.now()} | more
    return Notice.objects.filter(pk=row.pk).update(**changes)


def test_a_notice_takes_its_file_once():
    row = notice()
    assert _render(row) == 1
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        _render(row, sha256="b" * 64)
    row.refresh_from_db()
    assert row.sha256 == "a" * 64


def test_a_notice_is_voided_once_and_takes_nothing_along():
    row = notice()
    _render(row)
    voided = timezone.now()
    for change in ({"sha256": "b" * 64}, {"rendered_at": voided + timedelta(days=1)}, {"number": "x"}):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Notice.objects.filter(pk=row.pk).update(voided_at=voided, **change)
    assert Notice.objects.filter(pk=row.pk).update(voided_at=voided) == 1
    for change in (None, voided + timedelta(days=1)):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Notice.objects.filter(pk=row.pk).update(voided_at=change)


@pytest.mark.parametrize(
    "change",
    [
        {"number": "锡知〔2026〕2号"},
        {"snapshot": {"party": "乙"}},
        {"code": "Z" * 20},
        {"amount": Decimal("1.00")},
        {"issued_on": date(2026, 3, 3)},
        {"created_at": timezone.now() - timedelta(days=1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_notice_takes_nothing_else_along_with_its_file(change):
    row = notice()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        _render(row, **change)
    row.refresh_from_db()
    assert row.rendered_at is None


def test_the_head_of_the_chain_moves_only_on_to_its_last_record():
    first, second = audit_record(), audit_record()
    head = ChainHead.objects.get()
    for sequence, record in ((1, first), (2, second), (3, second), (4, first)):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            ChainHead.objects.update(sequence=sequence, hash=record.hash)
    with pytest.raises(IntegrityError, match="last record"), transaction.atomic():
        # A record before which another is missing.
        values = AuditRecord.objects.filter(pk=second.pk).values().get() | {"id": None, "sequence": 4, "hash": "e" * 64}
        AuditRecord.objects.create(**values)
        ChainHead.objects.update(sequence=4, hash="e" * 64)
    assert (head.sequence, head.hash) == (2, second.hash)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ChainHead.objects.all().delete()
    assert ChainHead.objects.get().hash == second.hash


@pytest.mark.django_db(transaction=True)
def test_the_flush_after_a_transactional_test_leaves_the_triggers_in_force():
    audit_record()
    connection.ops.execute_sql_flush([f'DELETE FROM "{AuditRecord._meta.db_table}"'])  # noqa: S608 - ours
    assert not AuditRecord.objects.exists()
    assert missing_protections(apps) == []
    with transaction.atomic():
        row = claim_event()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ClaimEvent.objects.filter(pk=row.pk).update(reason="改写")


def test_a_lost_trigger_is_noticed():
    operation = declared_triggers()["audit", "auditrecord", ""]
    name = next(iter(operation.triggers(AuditRecord, vendor=connection.vendor)))
    on = ' ON "audit_auditrecord"' if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}"{on}')
    assert missing_protections(apps) == [name]


def test_what_may_change_is_named_together_with_when():
    with pytest.raises(ValueError, match="belong together"):
        ProtectRows("notice", writable=["sha256"])
    with pytest.raises(ValueError, match="belong together"):
        ProtectRows("notice", allowed="NEW.size > 0")
