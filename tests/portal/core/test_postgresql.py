"""What the portal changes in the framework's PostgreSQL backend."""

import pytest
from django.db import connection

from portal.accounts.models import Region
from portal.core.statements import prepared, prepared_cursor

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


def test_what_is_not_asked_for_by_name_is_not_prepared(django_assert_num_queries):
    with prepared(), django_assert_num_queries(1) as seen:
        list(Region.objects.filter(name="甲"))
    assert "'甲'" in seen.captured_queries[0]["sql"]
    list(Region.objects.filter(level="city", name="乙"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%level%name%WHERE%level%'")
        assert cursor.fetchone() == (0,)
