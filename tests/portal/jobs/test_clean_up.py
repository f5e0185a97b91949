"""The daily jobs that delete what is over, and nothing that is not."""

import os
import time
from pathlib import Path

from django.conf import settings

from portal.jobs.kinds import JOB_KINDS


def clean_up(kind: str) -> None:
    assert JOB_KINDS[kind].is_daily
    JOB_KINDS[kind].handler()


def test_files_that_nobody_finished_are_deleted_after_a_day_and_finished_ones_stay(tmp_path, settings):
    settings.PRIVATE_DIR = tmp_path
    folder = tmp_path / "evidence" / "ab"
    folder.mkdir(parents=True)
    for name, days in ((".incoming-old", 2), (".incoming-new", 0), ("finished", 2)):
        (folder / name).write_bytes(b"x")
        moment = time.time() - days * 86_400
        os.utime(folder / name, (moment, moment))

    clean_up("jobs.delete_unfinished")

    assert {path.name for path in folder.iterdir()} == {".incoming-new", "finished"}


def test_a_restart_deletes_no_style_sheet_that_pages_of_the_running_version_ask_for():
    compose = Path(settings.BASE_DIR, "docker-compose.yml").read_text("utf-8")
    assert "collectstatic --noinput\n" in compose
    assert "--clear" not in compose
