"""The two roles of the database, made by the script that the container runs, in a real PostgreSQL."""

import os
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests.services import running_postgres

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def address():
    """The server's address, `…/portal` without a user, after the container's script ran."""
    with tempfile.TemporaryDirectory(prefix="portal-roles-") as directory, running_postgres(Path(directory)) as url:
        host, port = url.split("@")[1].split("/")[0].split(":")
        secrets = {"DATABASE_OWNER_PASSWORD": "own'er", "DATABASE_PASSWORD": "app"}
        environment = {"PGHOST": host, "PGPORT": port, "POSTGRES_USER": "portal", "POSTGRES_DB": "postgres", **secrets}
        command = ["sh", str(ROOT / "deploy" / "postgres" / "roles.sh")]
        done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        with psycopg.connect(f"postgres://portal_owner@{host}:{port}/portal", autocommit=True) as owner:
            owner.execute("CREATE TABLE payment (id serial PRIMARY KEY, yuan int)")
            owner.execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END'")
            owner.execute("CREATE TRIGGER kept BEFORE UPDATE ON payment EXECUTE FUNCTION refuse()")
        yield f"{host}:{port}/portal"


def test_the_portals_role_reads_and_writes_rows_of_the_owners_tables(address):
    with psycopg.connect(f"postgres://portal_app@{address}") as app:
        app.execute("INSERT INTO payment (yuan) VALUES (1)")
        app.execute("SELECT xmin, yuan FROM payment")
        app.execute("DELETE FROM payment")
        # verify_audit reads how the database words a trigger on a temporary copy of its table.
        app.execute("CREATE TEMPORARY TABLE copy (LIKE payment)")
        app.execute("CREATE TRIGGER kept BEFORE UPDATE ON pg_temp.copy EXECUTE FUNCTION refuse()")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE payment DISABLE TRIGGER kept",
        "DROP TRIGGER kept ON payment",
        "TRUNCATE payment",
        "DROP TABLE payment",
        "CREATE TABLE mine (id int)",
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
        "SET ROLE portal_owner",
        "CREATE ROLE other",
    ],
)
def test_the_portals_role_takes_nothing_off(address, statement):
    with (
        psycopg.connect(f"postgres://portal_app@{address}") as app,
        pytest.raises(psycopg.errors.Error, match="permi|owner"),
    ):
        app.execute(statement)
