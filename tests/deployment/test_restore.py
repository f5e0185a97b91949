"""A dump and a copy of the private files, put into an empty installation, give the same portal."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests.services import find_postgres_bin, running_postgres
from tests.site import Host

pytestmark = [pytest.mark.worker, pytest.mark.slow]
LOOK = """
from applications.claims.models import Claim, Evidence
from portal.core.files import open_file
for evidence in Evidence.objects.select_related("file"):
    open_file(evidence.file.path, sha256=evidence.file.sha256).close()
print(Claim.objects.count(), Evidence.objects.count())
"""


def test_a_restored_portal_is_whole(tmp_path):
    with tempfile.TemporaryDirectory(prefix="portal-restore-") as directory, running_postgres(Path(directory)) as url:
        old = Host(tmp_path / "old", {"DATABASE_URL": url, "REDIS_URL": ""})
        restored_url = url.rsplit("/", 1)[0] + "/restored"
        new = Host(tmp_path / "new", {"DATABASE_URL": restored_url, "REDIS_URL": ""})
        old.migrate()
        old.run("tests.site_claims", 2)
        dump = tmp_path / "portal.dump"
        tools = find_postgres_bin()
        subprocess.run([tools / "pg_dump", "--format=custom", f"--file={dump}", url], check=True)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE restored TEMPLATE template0")
        subprocess.run([tools / "pg_restore", "--exit-on-error", f"--dbname={restored_url}", dump], check=True)
        shutil.copytree(old.directory / "data" / "private", new.directory / "data" / "private")

        new.manage("migrate", "--noinput", "--verbosity=0")
        new.manage("verify_audit")
        new.manage("replay_assessments")
        assert new.manage("shell", "--verbosity=0", "-c", LOOK) == old.manage("shell", "--verbosity=0", "-c", LOOK)
        assert "2 " in new.manage("shell", "--verbosity=0", "-c", LOOK)
        os.truncate(next(path for path in (new.directory / "data" / "private").rglob("*") if path.is_file()), 1)
        with pytest.raises(RuntimeError, match="FileChangedError"):
            new.manage("shell", "--verbosity=0", "-c", LOOK)
