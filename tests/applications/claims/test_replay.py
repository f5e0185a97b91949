"""Every stored assessment comes out again, byte for byte; what was tampered with is named by its claim."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from applications.claims import jobs
from applications.claims.models import Assessment, AssessmentReplay
from applications.claims.services import replay
from applications.claims.services.replay import difference_in, replay_assessments
from policies.published.models import ItemVersion
from portal.jobs.models import Job
from portal.jobs.tasks import enqueue_regular
from tests.review.decisions.test_open_sums import proposed
from tests.review.worlds import Office, decided, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db, settings, tmp_path):
    """One official for each duty; uploads go to a directory of the test's own."""
    settings.PRIVATE_DIR = tmp_path
    return Office()


@pytest.fixture
def past_triggers():
    """Change a stored assessment as whoever holds the database could, past its triggers."""

    def change(pk: int, **columns: str) -> None:
        sets = ", ".join(f"{name} = %s" for name in columns)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL session_replication_role = replica")
            else:
                cursor.execute('DROP TRIGGER "applications_assessment_no_update"')
            statement = f"UPDATE applications_assessment SET {sets} WHERE id = %s"  # noqa: S608 - names are the test's
            cursor.execute(statement, [*columns.values(), pk])
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL session_replication_role = origin")

    return change


def test_all_that_was_stored_comes_out_again(office):
    decided(office)
    assert Assessment.objects.count() == 4
    run = replay_assessments()
    assert (run.checked, run.differing, run.differences) == (4, 0, [])
    assert run.started_at <= run.finished_at


def test_later_published_rules_change_nothing_that_was_answered(office):
    claim = decided(office)
    old = claim.version
    content = old.content | {"title": "另一名称"}
    content["steps"] = [step | ({"yuan": "4000"} if "yuan" in step else {}) for step in content["steps"]]
    ItemVersion.objects.create(
        item=old.item, number=old.number + 1, content=content, hash="f" * 64, valid_from=old.valid_from
    )
    assert replay_assessments().differing == 0


def test_changed_answer_is_named_with_its_claim(office, past_triggers):
    claim = decided(office)
    first = claim.assessments.earliest("pk")
    past_triggers(first.pk, amount="4999.99")
    said = StringIO()
    with pytest.raises(CommandError, match="4 次测算中有 1 次"):
        call_command("replay_assessments", stdout=said)
    assert f"{claim.number}（测算 {first.pk}）：登记的金额 4999.99 与结果 5000.00 不一致" in said.getvalue()
    run = AssessmentReplay.objects.latest()
    assert (run.checked, run.differing, run.differences[0]["claim"]) == (4, 1, claim.number)


def test_changed_question_no_longer_fits_its_hash(office, past_triggers):
    claim = submitted()
    stored = claim.assessments.get()
    past_triggers(stored.pk, question='{"item": "wx2020-01-inv"}')
    assert difference_in(Assessment.objects.get(pk=stored.pk)) == "存档的输入、结果与登记的哈希不一致"


def test_answer_that_fits_its_hash_and_not_the_rules_is_found(office):
    claim = submitted()
    stored = claim.assessments.get()
    stored.answer["amount"] = "9999.00"
    stored.hash = replay.content_hash(
        {"version": stored.version.hash, "question": stored.question, "answer": stored.answer}
    )
    assert "（amount）：存档 9999.00，现为 5000.00" in difference_in(stored)
    stored.question = {"item": "wx2020-01-inv", "on": "昨天"}
    stored.hash = replay.content_hash(
        {"version": stored.version.hash, "question": stored.question, "answer": stored.answer}
    )
    assert difference_in(stored).startswith("存档的输入不能再次测算")


def test_batches_leave_nothing_out_and_cost_one_query_each(office, monkeypatch, django_assert_num_queries):
    decided(office)
    monkeypatch.setattr(replay, "BATCH", 3)
    # The count, two batches, the empty one after them, and the row that is kept.
    with django_assert_num_queries(5):
        assert replay_assessments().checked == 4


def test_run_is_kept_as_it_was(office):
    run = replay_assessments()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AssessmentReplay.objects.filter(pk=run.pk).update(checked=1)


def test_night_promises_one_run_a_day(office):
    enqueue_regular()
    enqueue_regular()
    assert Job.objects.filter(kind="applications.replay").count() == 1
    submitted()
    jobs.replay()
    assert AssessmentReplay.objects.latest().checked == 1


def test_discretionary_sums_and_titles_replay_too(office):
    proposed(office)
    run = replay_assessments()
    assert (run.checked, run.differing) == (3, 0)
    assert Assessment.objects.filter(amount=Decimal("300000.00")).exists()
