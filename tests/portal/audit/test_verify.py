"""Whoever alters the record past the triggers is found out, at the first altered record."""

import io
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from portal.audit import verification
from portal.audit.models import AuditRecord, ChainHead
from portal.audit.services import record_audit
from portal.audit.verification import verify_chain
from portal.core.triggers import missing_protections
from tests.factories import act, wuxi

pytestmark = pytest.mark.django_db


@contextmanager
def past_the_triggers(tables="audit_%"):
    """Do what only the owner of the database could."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield
            cursor.execute("SET LOCAL session_replication_role = origin")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE %s", [tables])
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _, statement in triggers:
            cursor.execute(statement)


@pytest.fixture
def chain(monkeypatch):
    monkeypatch.setattr(verification, "_BATCH", 3)
    return [record_audit(act(), action="jobs.retry", target=wuxi(), after={"state": str(n)}) for n in range(10)]


def test_a_whole_chain_is_whole_across_batches(chain):
    report = verify_chain()
    assert (report.is_whole, report.count, report.last_hash) == (True, 10, chain[-1].hash)


def test_an_empty_chain_is_whole(db):
    assert verify_chain().is_whole


@pytest.mark.parametrize(
    "change",
    [
        {"actor_name": "别人"},
        {"action": "claim.approve"},
        {"after": {"state": "x"}},
        {"region_code": "320205"},
        {"target_label": "别的"},
        {"address": "198.51.100.7"},
        {"hash": "f" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_altered_record_is_named(chain, change):
    with past_the_triggers():
        AuditRecord.objects.filter(sequence=5).update(**change)
    assert verify_chain().broken_at == 5


def test_a_record_altered_together_with_its_hash_breaks_the_next(chain):
    with past_the_triggers():
        record = AuditRecord.objects.get(sequence=5)
        record.actor_name = "别人"
        record.hash = verification.compute_hash(record)
        record.save()
    assert verify_chain().broken_at == 6


def test_a_record_taken_out_is_named(chain):
    with past_the_triggers():
        AuditRecord.objects.filter(sequence=4).delete()
    report = verify_chain()
    assert (report.broken_at, report.reason) == (4, "记录缺失")


def test_a_chain_cut_off_at_its_end_does_not_match_its_head(chain):
    with past_the_triggers():
        AuditRecord.objects.filter(sequence__gt=8).delete()
    assert verify_chain().broken_at == 9


def test_a_record_beyond_the_head_is_named(chain):
    with past_the_triggers():
        ChainHead.objects.update(sequence=9, hash=chain[8].hash)
    assert verify_chain().broken_at == 10


def test_a_chain_cut_off_together_with_its_head_is_found_by_a_noted_anchor(chain):
    anchor = {10: chain[-1].hash}
    assert verify_chain(anchors=anchor).is_whole
    with past_the_triggers():
        AuditRecord.objects.filter(sequence__gt=8).delete()
        ChainHead.objects.update(sequence=8, hash=chain[7].hash)
    assert verify_chain().is_whole
    assert verify_chain(anchors=anchor).broken_at == 9


def test_a_chain_written_anew_is_found_by_a_noted_anchor(chain):
    report = verify_chain(anchors={7: "e" * 64})
    assert report.broken_at == 7


def test_the_command_prints_the_anchor(chain):
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue().splitlines()[-1] == f"10:{chain[-1].hash}"
    call_command("verify_audit", "--anchor", out.getvalue().splitlines()[-1], stdout=out)


def test_the_command_fails_with_the_first_broken_record(chain):
    with past_the_triggers():
        AuditRecord.objects.filter(sequence__in=[3, 6]).update(actor_name="别人")
    with pytest.raises(CommandError, match="第 3 条") as error:
        call_command("verify_audit")
    assert error.value.returncode == 1


def test_the_command_fails_where_a_trigger_is_missing(chain):
    on = ' ON "audit_auditrecord"' if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "audit_auditrecord_no_delete"{on}')
    with pytest.raises(CommandError, match="audit_auditrecord_no_delete"):
        call_command("verify_audit")


@pytest.mark.parametrize("text", ["", "10", "x:" + "0" * 64, "10:abc"])
def test_the_command_refuses_what_is_no_anchor(text):
    with pytest.raises(CommandError, match="anchor"):
        call_command("verify_audit", "--anchor", text)


def test_verification_asks_a_fixed_number_of_queries_per_batch(chain, django_assert_num_queries):
    # Head, strays, four batches (3 + 3 + 3 + 1), the empty end, head again.
    with django_assert_num_queries(8):
        verify_chain()


@pytest.mark.postgres
def test_an_emptied_trigger_function_is_found():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION portal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RETURN NEW; END $$"
        )
    assert "funding_payment_no_update" in missing_protections(apps)
