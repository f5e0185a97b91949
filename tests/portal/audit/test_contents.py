"""Whoever alters, adds or takes away a row, a trigger or a file past the portal is found by `verify_audit`."""

import sys
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, ClaimLine, Evidence, StoredFile
from portal.audit.contents import CONTENTS
from portal.audit.models import AuditRecord
from portal.audit.services import insert_recorded, record_audit, record_contents, rehearsal
from portal.audit.verification import altered_files, altered_rows, verify_chain
from portal.core.files import keep_bytes, keep_file
from portal.core.triggers import declared_triggers, missing_protections
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.jobs.services import enqueue_job, run_job
from review.decisions.models import Objection
from review.funding.models import Award
from review.notices.models import Notice
from review.payments.models import Batch, Disbursement, RowHandling
from review.ratings.enums import RatingState
from review.ratings.models import Rating
from review.recoveries.models import CreditMark
from review.treasury.enums import AccountKind, EntryKind
from review.treasury.models import YearEnd
from review.treasury.services.books import EntryDraft, post_entries
from tests.factories import ClaimFactory, act, make_member, make_official, wuxi
from tests.portal.audit.test_verify import past_the_triggers
from tests.portal.core.protected_after import AFTER_OPEN_ROWS
from tests.portal.core.protected_checks import OPEN_CHECK_ROWS
from tests.portal.core.protected_desk import checklist_point
from tests.portal.core.protected_mandates import OPEN_MANDATE_ROWS
from tests.portal.core.protected_panels import OPEN_PANEL_ROWS
from tests.portal.core.protected_published import OPEN_PUBLISHED_ROWS
from tests.portal.core.protected_rows import ROWS, notice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path


def _stored_file(content=b"paper"):
    kept = keep_file(ContentFile(content), folder=StoredFile.FOLDER)
    return StoredFile.objects.create(sha256=kept.sha256, size=kept.size, media_type="application/pdf")


def _evidence():
    claim = ClaimFactory()
    return Evidence.objects.create(
        claim=claim, requirement="grant", file=_stored_file(), filename="a.pdf", uploaded_by=make_member()
    )


def _objection():
    return Objection.objects.create(
        entry=ROWS["review.publicityentry"][0](),
        objector="甲",
        contact="电话",
        text="不符",
        received_on=date(2026, 3, 2),
        due_on=date(2026, 3, 9),
        entered_by=make_official("city_officer", wuxi()),
    )


def _batch():
    return Batch.objects.create(region=wuxi(), year=2026, sequence=1, opened_by=make_official("finance", wuxi()))


def _disbursement():
    return Disbursement.objects.create(part=ROWS["funding.awardpart"][0](), batch=_batch(), fen=1)


def _row_handling():
    row = ROWS["payments.bankrow"][0]()
    return RowHandling.objects.create(row=row, state="set_aside", reason="手续费", proposed_by=row.file.officer)


def _claim_line():
    return ClaimFactory(status=ClaimStatus.SUBMITTED).lines.get()


def _year_end():
    line = ROWS["treasury.account"][0]().line
    return YearEnd.objects.create(line=line, proposed_by=make_official("finance", wuxi()))


def _credit_mark():
    recovery = ROWS["recoveries.recoveryevent"][0]().recovery
    return CreditMark.objects.create(
        recovery=recovery, applicant=recovery.applicant, from_on=date(2026, 3, 2), until_on=date(2026, 4, 2)
    )


def _rating():
    claim = ClaimFactory(status=ClaimStatus.PAID, approved_amount=1)
    officer = make_official("city_officer", wuxi())
    return Rating.objects.create(
        claim=claim, applicant=claim.applicant, region=wuxi(), level=4, given_by=officer, state=RatingState.RECEIVED
    )


# Further tables, and other changes: how a row comes to be, and what somebody changes past the portal.
OPEN_ROWS = {
    "applications.claim": (lambda: ClaimFactory(status=ClaimStatus.SUBMITTED), {"claimed_amount": 9}),
    "applications.claimline": (_claim_line, {"facts": {"amount": "9"}}),
    "applications.storedfile": (_stored_file, {"size": 1}),
    "applications.evidence": (_evidence, {"filename": "b.pdf"}),
    "review.publicitylist": (lambda: ROWS["review.publicityentry"][0]().publicity, {"ends_on": date(2026, 4, 2)}),
    "review.objection": (_objection, {"text": "相符"}),
    "appropriations.allocationshare": (lambda: ROWS["appropriations.allocation"][0]().shares.all()[0], {"fen": 9}),
    "appropriations.appropriationline": (lambda: ROWS["appropriations.appropriation"][0]().lines.all()[0], {"fen": 9}),
    "checklists.checklistpoint": (checklist_point, {"text": "改写"}),
    "payments.batch": (_batch, {"criteria": "全部"}),
    "payments.disbursement": (_disbursement, {"debt": "无"}),
    "payments.rowhandling": (_row_handling, {"reason": "改写"}),
    "ratings.rating": (_rating, {"text": "很满意"}),
    "recoveries.recovery": (lambda: ROWS["recoveries.recoveryevent"][0]().recovery, {"facts": "改写"}),
    "recoveries.creditmark": (_credit_mark, {"until_on": date(2026, 5, 2)}),
    "treasury.yearend": (_year_end, {"proposed_at": datetime(2026, 1, 1, tzinfo=UTC)}),
    "treasury.posting": (ROWS["treasury.posting"][0], {"amount": 2, "balance_after": 2}),
    "treasury.budgetline": (lambda: ROWS["treasury.account"][0]().line, {"project_code": "9"}),
    **(AFTER_OPEN_ROWS | OPEN_CHECK_ROWS | OPEN_MANDATE_ROWS | OPEN_PANEL_ROWS | OPEN_PUBLISHED_ROWS),
}


def recorded(make):
    """A row whose content the chain holds."""
    with transaction.atomic():
        row = make()
        # What a factory writes by the thousand it does not report.
        record_contents([row])
        for model in {type(row), *(content.model for content in CONTENTS.values())}:
            record_contents(model._base_manager.all())
        record_audit(act(), action="jobs.retry", target=wuxi())
    assert list(altered_rows()) == []
    return row


@pytest.mark.parametrize("label", CONTENTS)
def test_a_row_that_was_changed_added_or_taken_away_is_named(label):
    make, change = (ROWS | OPEN_ROWS)[label]
    row = recorded(make)
    stored = type(row)._base_manager.filter(pk=row.pk)
    before = stored.values(*change).get()
    with past_the_triggers("%"):
        stored.update(**change)
        assert list(altered_rows()) == [f"{label} {row.pk}（内容已改动）"]
        stored.update(**before)
        assert list(altered_rows()) == []
        with connection.cursor() as cursor, transaction.atomic():
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA defer_foreign_keys = ON")
            key = row._meta.pk.get_db_prep_value(row.pk, connection)
            cursor.execute(f'DELETE FROM "{row._meta.db_table}" WHERE "{row._meta.pk.column}" = %s', [key])  # noqa: S608 - ours
            assert f"{label} {row.pk}（已删除）" in list(altered_rows())
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    "change",
    [{"status": ClaimStatus.CORRECTION, "returned_from": ClaimStatus.SUBMITTED}, {"status": ClaimStatus.DRAFT}],
)
def test_a_submitted_claim_is_not_opened_past_the_portal_and_a_draft_is_not_held(change):
    draft = recorded(lambda: ClaimFactory(status=ClaimStatus.DRAFT, submitted_at=None))
    Claim.objects.filter(pk=draft.pk).update(facts={"amount": "9"})
    ClaimLine.objects.filter(claim=draft).update(facts={"amount": "9"})
    assert list(altered_rows()) == []
    claim = recorded(lambda: ClaimFactory(status=ClaimStatus.SUBMITTED))
    line = claim.lines.get()
    Claim.objects.filter(pk=claim.pk).update(**change)
    assert list(altered_rows()) == [
        f"applications.claim {claim.pk}（内容已改动）",
        f"applications.claimline {line.pk}（内容已改动）",
    ]


def test_a_row_that_came_past_the_portal_is_in_no_record():
    award = recorded(ROWS["funding.award"][0])
    claim = ClaimFactory()
    record_contents(claim.lines.all())
    record_audit(act(), action="jobs.retry", target=wuxi())
    Award.objects.bulk_create([Award(claim=claim, total=1)])
    forged = Award.objects.get(claim=claim)
    assert list(altered_rows()) == [f"funding.award {forged.pk}（不在链上）"]
    with pytest.raises(CommandError, match=f"funding.award {forged.pk}"):
        call_command("verify_audit")
    assert award.pk != forged.pk


def test_a_later_record_holds_the_row_as_it_became_and_a_deleted_one_as_gone():
    row = recorded(_evidence)
    row.removed_at = timezone.now()
    row.save(update_fields=["removed_at"])
    record_audit(act(), action="jobs.retry", target=wuxi())
    assert list(altered_rows()) == []
    row.delete()
    entry = record_audit(act(), action="jobs.retry", target=wuxi())
    assert list(entry.contents["applications.evidence"].values()) == [""]
    assert list(altered_rows()) == []
    assert verify_chain().is_whole


def test_rows_recorded_as_they_were_inserted_are_as_the_database_has_them():
    payment, event, posting = (
        ROWS[name][0]() for name in ("funding.payment", "applications.claimevent", "treasury.posting")
    )
    payment.sequence, payment.amount = payment.sequence + 1, Decimal("0.1")
    payment.account = {"b": ("行", 1), "a": None}
    payment.at = event.at = timezone.localtime()
    event.action = Action.RECORD_PAYMENT
    accounts = dict(posting.account.line.accounts.values_list("kind", "pk"))
    moved = {accounts[AccountKind.SOURCE]: -7, accounts[AccountKind.AVAILABLE]: 7}
    with transaction.atomic():
        for row in (payment, event):
            row.pk = None
            insert_recorded([row])
        draft = EntryDraft(id=uuid4(), kind=EntryKind.ISSUE, amounts=moved)
        post_entries([draft], act=replace(act(), at=timezone.localtime()))
        record_audit(act(), action="jobs.retry", target=wuxi())
    assert list(altered_rows()) == []


@pytest.mark.django_db(transaction=True)
def test_rows_without_a_record_of_their_own_get_one_with_their_commit_and_rolled_back_ones_none():
    with transaction.atomic():
        row = _stored_file()
    entry = AuditRecord.objects.get()
    assert (entry.action, list(entry.contents["applications.storedfile"])) == ("audit.contents", [row.pk])
    with transaction.atomic():
        lost = _stored_file(b"lost")
        with suppress(LookupError), transaction.atomic():
            # The record goes with its savepoint; the row stays, and gets another.
            record_audit(act(), action="jobs.retry", target=wuxi())
            raise LookupError
        with suppress(LookupError), transaction.atomic():
            _stored_file(b"never")
            raise LookupError
    assert list(AuditRecord.objects.earliest("-sequence").contents["applications.storedfile"]) == [lost.pk]
    with rehearsal():
        _stored_file(b"tried")
    assert AuditRecord.objects.count() == 2
    assert list(altered_rows()) == []


def _by_view():
    user = make_member()
    client = Client()
    client.force_login(user)
    client.get("/")


def _by_job():
    with transaction.atomic():
        job = enqueue_job("tests.writes", key="1", payload={})
    run_job(job.pk)


def _by_command():
    class Command(BaseCommand):
        def handle(self, *args, **options):
            _write_two()

    call_command(Command())


def _write_two(*_, **__):
    """A transaction that forgets to record what it wrote; its process dies as soon as the database has committed it."""
    with pytest.MonkeyPatch.context() as patch, suppress(SystemExit), transaction.atomic():
        _stored_file(b"one")
        record_audit(act(), action="jobs.retry", target=wuxi())
        _stored_file(b"two")
        patch.setattr(connection, "run_and_clear_commit_hooks", sys.exit)
    connection.run_on_commit.clear()
    return HttpResponse()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", [_by_view, _by_job, _by_command])
def test_a_process_that_dies_with_its_commit_leaves_no_row_unrecorded(way, monkeypatch):
    monkeypatch.setattr("review.home.views.render_kept", _write_two)
    monkeypatch.setitem(JOB_KINDS, "tests.writes", JobKind("写入", _write_two))

    way()

    assert StoredFile.objects.count() == 2
    assert list(altered_rows()) == []
    assert verify_chain().is_whole


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_recorded_is_not_committed_and_nothing_is_written_outside_a_transaction(monkeypatch):
    def refuse(entries):
        raise RuntimeError

    monkeypatch.setattr("portal.audit.services._append", refuse)
    with pytest.raises(RuntimeError), transaction.atomic():
        _stored_file()
    for write in (_stored_file, lambda: record_contents([StoredFile(pk="1")])):
        with pytest.raises(TransactionManagementError):
            write()
    assert not StoredFile.objects.exists()


def test_a_hash_in_a_record_belongs_to_its_chain():
    recorded(_stored_file)
    with past_the_triggers():
        record = AuditRecord.objects.exclude(contents={}).get()
        record.contents["applications.storedfile"] = dict.fromkeys(record.contents["applications.storedfile"], "0" * 64)
        record.save()
    assert verify_chain().broken_at == record.sequence


@pytest.mark.parametrize("kind", ["evidence", "notice"])
def test_a_file_that_was_changed_or_lost_is_named(kind):
    if kind == "evidence":
        name = recorded(_stored_file).path
    else:
        row = notice()
        keep_bytes(row.path, b"x")
        Notice.objects.filter(pk=row.pk).update(
            sha256="2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
            size=1,
            rendered_at=timezone.now(),
        )
        name = row.path
    assert list(altered_files()) == []
    keep_bytes(name, b"forged")
    assert list(altered_files()) == [f"{name}（内容已改动）"]
    with pytest.raises(CommandError, match="文件与记录不符"):
        call_command("verify_audit")
    storages["private"].delete(name)
    assert list(altered_files()) == [f"{name}（缺失）"]


def _ways_around(name, statement):
    """What somebody who owns the database may do to a trigger, in statements."""
    table = statement.partition(' ON "')[2].partition('"')[0]
    head = statement.partition(" FOR EACH ROW")[0]
    if connection.vendor == "sqlite":
        gone = f'DROP TRIGGER "{name}"'
        yield "void", [gone, f"{head} FOR EACH ROW WHEN 0 BEGIN SELECT RAISE(ABORT, 'append-only'); END"]
        yield "emptied", [gone, f"{head} FOR EACH ROW BEGIN SELECT 1; END"]
    else:
        gone = f'DROP TRIGGER "{name}" ON "{table}"'
        function = statement.rpartition("EXECUTE FUNCTION ")[2]
        empty = f"FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        if head != statement:
            yield "void", [gone, f"{head} FOR EACH ROW WHEN (false) EXECUTE FUNCTION {function}"]
        yield "disabled", [f'ALTER TABLE "{table}" DISABLE TRIGGER "{name}"']
        yield "emptied", [f"CREATE OR REPLACE {empty}"]
    yield "dropped", [gone]


def test_every_trigger_that_was_dropped_disabled_emptied_or_made_void_is_named():
    by_way = defaultdict(dict)
    for (app_label, model_name, _), operation in declared_triggers().items():
        declared = operation.triggers(apps.get_model(app_label, model_name), vendor=connection.vendor)
        for name, statement in declared.items():
            for way, statements in _ways_around(name, statement):
                by_way[way][name] = statements
    for way, triggers in by_way.items():
        with transaction.atomic(), connection.cursor() as cursor:
            for statements in triggers.values():
                for statement in statements:
                    cursor.execute(statement)
            assert set(missing_protections(apps)) == set(triggers), way
            transaction.set_rollback(True)
    assert {"dropped", "void", "emptied"} <= by_way.keys()
    assert missing_protections(apps) == []


def test_a_trigger_that_nobody_declared_is_named():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"
                ' CREATE TRIGGER quiet BEFORE INSERT ON "funding_payment" FOR EACH ROW EXECUTE FUNCTION quiet()'
            )
        else:
            cursor.execute('CREATE TRIGGER quiet AFTER INSERT ON "funding_payment" BEGIN SELECT 1; END')
    assert missing_protections(apps) == ["quiet"]
