"""Many rows in one statement are as rows written one by one."""

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from portal.core.bulk import insert_new, insert_rows, new_row, update_rows
from portal.jobs.models import Job
from portal.notifications.models import Message
from tests.factories import make_member

pytestmark = pytest.mark.django_db
AWKWARD = "制表\t换行\n反斜\\杠 \\N 引'号\"  "


def _job(number, **values):
    return Job(kind="k", key=str(number), last_error=AWKWARD, payload={"text": AWKWARD, "n": [number, None]}, **values)


def test_inserted_rows_have_their_keys_in_their_order_and_are_read_as_they_were_written():
    first = Job.objects.create(kind="k", key="0")
    written = insert_rows(_job(number, run_after=timezone.localtime()) for number in range(1, 4))
    assert [row.pk for row in written] == sorted({row.pk for row in written})
    stored = Job.objects.exclude(pk=first.pk).order_by("pk")
    assert [{**vars(row), "_state": row._state.adding} for row in stored] == [
        {**vars(row), "_state": row._state.adding} for row in written
    ]
    assert Job.objects.create(kind="k", key="9").pk > written[-1].pk
    assert insert_rows([]) == []


def test_a_new_row_is_as_its_model_makes_it_with_defaults_of_its_own():
    values = {"kind": "k", "key": "1", "run_after": timezone.now()}
    ours, theirs = new_row(Job, **values), Job(**values)
    names = {field.attname for field in Job._meta.concrete_fields} - {"created_at"}
    assert {name: getattr(ours, name) for name in names} == {name: getattr(theirs, name) for name in names}
    assert ours._state.adding
    assert ours.payload is not new_row(Job, **values).payload
    [written] = insert_rows([ours])
    assert Job.objects.get() == written
    with pytest.raises(TypeError, match="Job has no"):
        new_row(Job, colour="red")


@pytest.mark.parametrize("count", [1, 5, 6])
def test_few_rows_and_many_are_written_alike(count):
    written = insert_rows(_job(number, run_after=timezone.localtime()) for number in range(count))
    stored = list(Job.objects.order_by("pk"))
    assert [{**vars(row), "_state": None} for row in stored] == [{**vars(row), "_state": None} for row in written]


@pytest.mark.parametrize("fresh", [1, 3])
def test_rows_that_are_there_already_are_left_and_the_others_come_back_with_their_keys(fresh):
    first = Job.objects.create(kind="k", key="0", last_error="先来的")
    new = insert_new([_job(0), *(_job(number) for number in range(1, fresh)), _job(fresh), _job(fresh)], "kind", "key")
    assert [row.key for row in new] == [str(number) for number in range(1, fresh + 1)]
    assert [row.pk for row in new] == list(Job.objects.exclude(pk=first.pk).order_by("pk").values_list("pk", flat=True))
    assert Job.objects.get(key="0").last_error == "先来的"
    assert insert_new([_job(0)], "kind", "key") == insert_new([], "kind", "key") == []


def test_a_refused_row_is_an_integrity_error_and_leaves_nothing():
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows([_job(1), _job(1)])
    assert not Job.objects.exists()


def test_each_row_gets_values_of_its_own():
    people = [make_member(), make_member()]
    rows = [Message.objects.create(user=people[0], key=str(at), title="t", body="b") for at in range(501)]
    for at, row in enumerate(rows):
        row.user, row.title, row.body = people[at % 2], f"{AWKWARD}{at}", "" if at % 3 else AWKWARD
    update_rows(rows, "user", "title", "body")
    assert list(Message.objects.order_by("pk").values_list("user", "title", "body")) == [
        (row.user_id, row.title, row.body) for row in rows
    ]


def test_a_text_too_long_for_its_column_is_refused_not_cut_off():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows no length of texts.")
    row = Message.objects.create(user=make_member(), key="1", title="t", body="b")
    row.title = "长" * 1000
    with pytest.raises(DataError), transaction.atomic():
        update_rows([row], "title")
