"""What the portal changes in the framework's PostgreSQL backend."""

from threading import Thread
from uuid import uuid4

import pytest
from django.db import NotSupportedError, connection
from django.db.backends.postgresql import compiler as framework
from django.db.models import Count, F

from applications.claims.models import Claim
from portal.accounts.models import Applicant, Membership, Region, User
from portal.core.statements import A_KEY, Lookup, prepared, prepared_cursor
from tests.factories import ApplicantFactory, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def another():
    """A second connection to the same database."""
    other = connection.copy("another")
    other.ensure_connection()
    yield other
    other.close()


def test_a_connection_that_the_server_ended_is_not_used_and_a_sound_one_is_not_asked(another):
    assert another.is_usable()
    asked = []
    another.connection.cursor = lambda *_, **__: asked.append(1)
    assert another.is_usable()
    assert not asked
    del another.connection.cursor
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [another.connection.info.backend_pid])
    assert not another.is_usable()


def test_a_statement_is_planned_once_whatever_its_values():
    for name in ("无锡市", "滨湖区", "没有", "又没有", "仍没有", "还没有", "终没有"):
        with prepared():
            list(Region.objects.filter(name=name))
        with prepared_cursor() as cursor:
            cursor.execute("SELECT 1 FROM accounts_region WHERE name = %s", [name])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%accounts_region%'"
        )
        assert cursor.fetchall() == [(7, 0), (7, 0)]


def test_a_column_of_another_type_is_read_anew(another):
    asked = "SELECT value FROM kept WHERE %s <> ''"
    with another.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE kept AS SELECT 1 AS value")
    with another.preparing(), another.cursor() as cursor:
        cursor.execute(asked, ["1"])
    # As another process does it: psycopg forgets what it prepared where it sees ALTER itself.
    with another.cursor() as cursor:
        cursor.execute("DO $$ BEGIN ALTER TABLE kept ALTER value TYPE text; END $$")
    for _ in range(2):
        with another.preparing(), another.cursor() as cursor:
            cursor.execute(asked, ["1"])
            assert cursor.fetchall() == [("1",)]


def prepared_of(asked):
    """How many statements with these words the server has prepared for a connection."""
    with asked.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE strpos(statement, 'AS asked') > 0")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("undone", ["transaction", "savepoint"])
def test_what_was_prepared_outlives_a_rollback(another, undone):
    with another.preparing(), another.cursor() as cursor:
        cursor.execute("SELECT %s::int AS asked", [1])
    if undone == "savepoint":
        with another.cursor() as cursor:
            for words in ("BEGIN", "SAVEPOINT here", "ROLLBACK TO SAVEPOINT here", "COMMIT"):
                cursor.execute(words)
    else:
        another.set_autocommit(autocommit=False)
        with another.cursor() as cursor:
            cursor.execute("SELECT 1")
        another.rollback()
        another.set_autocommit(autocommit=True)
    assert prepared_of(another) == 1


def test_a_connection_keeps_more_statements_than_a_request_asks(another):
    with another.preparing(), another.cursor() as cursor:
        for number in range(250):
            cursor.execute(f"SELECT %s::int + {number} AS asked", [1])
    assert prepared_of(another) == 250


def test_a_transaction_that_read_a_column_of_another_type_is_lost_and_the_next_is_not(another):
    asked = "SELECT value FROM kept WHERE %s <> ''"
    with another.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE kept AS SELECT 1 AS value")
    with another.preparing(), another.cursor() as cursor:
        cursor.execute(asked, ["1"])
    with another.cursor() as cursor:
        cursor.execute("DO $$ BEGIN ALTER TABLE kept ALTER value TYPE text; END $$")
    another.set_autocommit(autocommit=False)
    with pytest.raises(NotSupportedError), another.preparing(), another.cursor() as cursor:
        cursor.execute(asked, ["1"])
    another.rollback()
    with another.preparing(), another.cursor() as cursor:
        cursor.execute(asked, ["1"])
        assert cursor.fetchall() == [("1",)]
    another.rollback()


def test_what_is_not_asked_for_by_name_is_not_prepared(django_assert_num_queries):
    with prepared(), django_assert_num_queries(1) as seen:
        list(Region.objects.filter(name="甲"))
    assert "'甲'" in seen.captured_queries[0]["sql"]
    list(Region.objects.filter(level="city", name="乙"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%level%name%WHERE%level%'")
        assert cursor.fetchone() == (0,)


def members_of(applicant_id):
    return Membership.objects.filter(applicant_id=applicant_id).select_related("user").order_by("-pk")[:2]


def test_a_lookup_is_put_into_sql_once_and_finds_what_its_query_finds(django_assert_num_queries):
    built = []
    lookup = Lookup(lambda pk: built.append(pk) or members_of(pk), A_KEY)
    bodies = [ApplicantFactory() for _ in range(3)]
    for body in bodies[:2]:
        for _ in range(3):
            make_member(body)
    for body in bodies:
        with django_assert_num_queries(1):
            rows = lookup.of(body, "applicant")
            assert [(row.pk, row.user.email, row.applicant) for row in rows] == [
                (row.pk, row.user.email, body) for row in rows
            ]
        assert rows == list(members_of(body.pk))
    assert built == [A_KEY]
    Membership.objects.filter(applicant=bodies[0]).delete()
    assert lookup(bodies[0].pk) == []
    with pytest.raises(ValueError, match="does not ask"):
        Lookup(lambda pk: Membership.objects.filter(user_id=1), A_KEY)(1)


@pytest.mark.django_db(transaction=True)
def test_threads_ask_a_lookup_on_connections_of_their_own():
    lookup, found = Lookup(lambda pk: Applicant.objects.filter(pk=pk), A_KEY), {}
    bodies = [ApplicantFactory() for _ in range(4)]

    def ask(body):
        found[body.pk] = [lookup(body.pk) for _ in range(20)]
        connection.close()

    threads = [Thread(target=ask, args=[body]) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {body.pk: [[body]] * 20 for body in bodies}


@pytest.mark.parametrize("field", ["pk", "applicant", "applicant__region"])
def test_a_long_list_of_values_is_asked_as_one_array_and_finds_the_same(field):
    people = [make_member() for _ in range(2)]
    [value, *_] = Membership.objects.order_by("pk").values_list(field, flat=True)
    found = Membership.objects.filter(**{f"{field}__in": [value] * 60})
    assert " = ANY(" in str(found.query)
    assert set(found) == set(Membership.objects.filter(**{field: value}))
    assert Membership.objects.exclude(pk__in=found).count() == len(people) - len(found)


def test_long_lists_with_nothing_among_them_and_of_keys_that_no_row_has_are_understood():
    assert not Claim.objects.filter(key__in=[uuid4() for _ in range(60)]).exists()
    assert list(Membership.objects.filter(pk__in=[None, *range(10**9, 10**9 + 60)])) == []
    assert Membership.objects.exclude(pk__in=range(10**12, 10**12 + 60)).count() == Membership.objects.count()


def test_an_order_is_worded_as_the_framework_words_it():
    counted = Applicant.objects.annotate(members=Count("memberships"))
    for rows in (
        Membership.objects.select_related("user", "applicant").order_by("-applicant__name", "pk"),
        Applicant.objects.order_by(F("name").desc(nulls_last=True), "pk"),
        counted.order_by("-members", "name"),
        counted.values("region").order_by("members", "region"),
        Applicant.objects.values_list("name", flat=True).distinct().order_by("name"),
        Region.objects.order_by("?").reverse(),
        Region.objects.filter(level="a").union(Region.objects.filter(level="b")).order_by("name"),
        User.objects.all().reverse(),
    ):
        ours = rows.query.get_compiler("default").as_sql()
        assert ours == framework.SQLCompiler(rows.query.clone(), connection, "default").as_sql()
