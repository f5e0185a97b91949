"""A stored demo of an earlier version, with claims in every state, comes through the migrations with nothing changed.

The files were made by version 0.1.0 before the parts of the portal got folders of their own (commit 9023a18).
"""

import json
import lzma
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

pytestmark = pytest.mark.slow
DATA = Path(__file__).parent / "data"
ROOT = Path(__file__).parent.parent


def dump_of(database: str) -> str:
    """The stored demo as SQL."""
    return lzma.decompress((DATA / f"demo_before_folders.{database}.sql.xz").read_bytes()).decode()


def migrated(data_dir: Path, database_url: str, *options: str) -> dict[str, Any]:
    """What tests.migrated_demo prints about this database."""
    environment = {
        **os.environ,
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "DEMO": "1",
        "DEBUG": "1",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-m", "tests.migrated_demo", *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def assert_nothing_lost(found: dict[str, Any], *, pages: int) -> None:
    # The rows that stood are in the chain now, so that its head moved on.
    assert found["changed"] == ["audit_chainhead.sequence", "audit_chainhead.hash"]
    assert re.match(r"审计链完好，共 6\d\d 条，所载内容相符。", found["chain"])
    assert found["replayed"] == {"checked": 127, "differing": 0}
    assert {path: status for path, status in found["pages"].items() if status != 200} == {}
    assert found["in clear"] == []
    assert len(found["pages"]) == pages


def test_a_database_file_of_an_earlier_version_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "portal.sqlite3"
    stored = sqlite3.connect(path)
    stored.executescript(dump_of("sqlite"))
    stored.close()

    # Pages ask SQLite the same: each kind once.
    assert_nothing_lost(migrated(tmp_path, f"sqlite:///{path}", "once"), pages=8)


@pytest.mark.postgres
def test_a_postgresql_database_of_an_earlier_version_is_migrated(tmp_path: Path) -> None:
    server, name = os.environ["DATABASE_URL"].rsplit("/", 1)[0], f"migrated_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as root:
        root.execute(f"CREATE DATABASE {name}")
        try:
            with psycopg.connect(f"{server}/{name}") as stored:
                stored.execute(dump_of("postgresql"))
            assert_nothing_lost(migrated(tmp_path, f"{server}/{name}"), pages=48 + 46 + 11 + 14 + 3 + 3)
        finally:
            root.execute(f"DROP DATABASE {name} WITH (FORCE)")
