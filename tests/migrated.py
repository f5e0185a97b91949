"""The migrated, empty database: made once for one state of the sources, kept in .cache, and copied by every process.

Migrating takes ten seconds of each process's time, copying one or two. A change of the migrations, of what they import
from the portal or of its pins makes the database anew. `python -m tests.migrated` makes it where it is missing, so that
no process of a run has to wait for another.
"""

import ast
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import django
from django.db import connection
from django.test.utils import setup_databases

from tests.services import find_postgres_bin
from tests.sources import APPS, ROOT

FOLDER = ROOT / ".cache" / "databases"


def make_database() -> None:
    """Make this process's test database, as a copy if it can be; what is missing in .cache is kept there."""
    kept = _kept(connection.vendor)
    with _one_process_at_a_time():
        is_copy = kept.exists()
        if is_copy:
            _copy(kept)
            connection.settings_dict["TEST"]["MIGRATE"] = False
        setup_databases(verbosity=0, interactive=False, keepdb=is_copy, serialized_aliases=[])
        if not is_copy:
            for earlier in FOLDER.glob(f"*.{connection.vendor}"):
                earlier.unlink()
            _keep(kept)


def fill_database(url: str) -> bool:
    """Put what is kept into an empty database, of SQLite into a new file: `migrate` then finds nothing to do.

    Returns whether anything is kept.
    """
    kept = _kept("sqlite" if url.startswith("sqlite:") else "postgresql")
    if not kept.exists():
        return False
    if url.startswith("sqlite:"):
        shutil.copyfile(kept, url.removeprefix("sqlite:///"))
    else:
        _postgres("psql", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={kept}", url)
    return True


@cache
def _kept(vendor: str) -> Path:
    """Where the database of these sources is kept, if it was made yet."""
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    migrations = {path for app in APPS for path in (ROOT / app).rglob("migrations/*.py")}
    # Triggers and encrypted columns, which migrations are written with, rest on the core.
    sources = migrations | set((ROOT / "portal" / "core").rglob("*.py")) | set(_imported_by(migrations))
    for path in sorted(sources):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return FOLDER / f"{digest.hexdigest()[:20]}.{vendor}"


def _imported_by(migrations: Iterable[Path]) -> Iterator[Path]:
    """The portal's own modules that the migrations import."""
    for path in migrations:
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                module = (ROOT / name.replace(".", "/")).with_suffix(".py")
                if module.exists():
                    yield module


@contextmanager
def _one_process_at_a_time() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{connection.vendor}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _copy(kept: Path) -> None:
    name = connection.creation._get_test_db_name()  # type: ignore[attr-defined]
    if connection.vendor == "sqlite":
        shutil.copyfile(kept, name)
        return
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    fill_database(_url(name))


def _keep(kept: Path) -> None:
    new = kept.with_suffix(".new")
    new.unlink(missing_ok=True)
    if connection.vendor == "sqlite":
        connection.cursor().execute("VACUUM INTO %s", [str(new)])
    else:
        _postgres("pg_dump", "--no-owner", f"--file={new}", _url(connection.settings_dict["NAME"]))
    new.replace(kept)


def _url(name: str) -> str:
    address = connection.settings_dict
    return f"postgres://{address['USER']}@{address['HOST']}:{address['PORT']}/{name}"


def _postgres(program: str, *arguments: str) -> None:
    subprocess.run([find_postgres_bin() / program, *arguments], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    if not _kept(connection.vendor).exists():
        make_database()
