"""The demo: from nothing to a served page and a working worker, and back to nothing."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from portal.accounts.enums import Role
from portal.devtools import demo
from tests.migrated import fill_database
from tests.services import free_port

ROOT = Path(__file__).resolve().parent.parent.parent.parent
# Beside the rest of the suite on two processors; alone it takes half of it.
FIRST_START_SECONDS = 360
SECOND_START_SECONDS = 30


def start_child(directory: Path, script: str) -> demo.Child:
    """Start a shell script the way the demo starts its parts, and wait until it said that it runs."""
    log = directory / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(["sh", "-c", f"{script}"], stdout=output, start_new_session=True)
    while "running" not in log.read_text():
        time.sleep(0.01)
    return demo.Child(name="part", process=process, log=log, command=["sh", "-c", script], started=time.monotonic())


def group_lives(leader: int) -> bool:
    """Whether any process of the group is left after a second, other than ones that wait to be collected."""
    for _ in range(20):
        listed = subprocess.run(["ps", "-e", "-o", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
        if not any(int(line.split()[0]) == leader and "Z" not in line.split()[1] for line in listed.splitlines()):
            return False
        time.sleep(0.05)
    return True


def test_parts_that_end_when_asked_are_ended_at_once(tmp_path: Path) -> None:
    child = start_child(tmp_path, "trap 'exit 0' TERM; echo running; while :; do sleep 0.05; done")
    began = time.monotonic()
    demo.stop([child])
    assert child.process.returncode == 0
    assert time.monotonic() - began < 3


def test_parts_that_do_not_end_are_killed_with_everything_they_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "STOP_SECONDS", 0.2)
    child = start_child(tmp_path, "trap '' TERM; sleep 600 & echo running; while :; do sleep 600; done")
    demo.stop([child])
    assert child.process.returncode == -signal.SIGKILL
    assert "part does not end by itself" in capsys.readouterr().err
    assert not group_lives(child.process.pid)


def test_a_part_that_ends_by_itself_is_reported_with_its_log(tmp_path: Path) -> None:
    child = start_child(tmp_path, "echo running; echo no room; exit 3")
    child.process.wait()
    with pytest.raises(SystemExit, match=r"(?s)part ended with 3.*no room"):
        demo.fail_if_ended([child])


def test_a_part_that_ended_is_started_again_after_a_wait_that_doubles(
    tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    child = start_child(tmp_path, "echo running; exit 3")
    child.log = tmp_path / "data" / "log" / "part.log"
    child.log.parent.mkdir(parents=True)
    child.log.write_text("broken")
    waits, now = [], child.started
    for _ in range(8):
        first = child.process
        first.wait()
        demo.restart_if_ended(child, now=now)
        assert child.process is first
        demo.restart_if_ended(child, now=now + child.wait - 0.1)
        assert child.process is first
        waits.append(child.wait)
        now += child.wait
        demo.restart_if_ended(child, now=now)
        assert child.process is not first
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert "part ended with 3" in capsys.readouterr().err
    child.process.wait()
    demo.restart_if_ended(child, now=now + 61)
    assert child.wait == demo.FIRST_WAIT_SECONDS
    assert child.log.read_text().startswith("broken")


def test_a_taken_port_is_seen() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        assert not demo.is_free("127.0.0.1", holder.getsockname()[1])
    assert demo.is_free("127.0.0.1", free_port())


@contextmanager
def running_demo(data_dir: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the demo as `make demo` does; yield it with all it printed, once it serves."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    with subprocess.Popen(
        [sys.executable, "-m", "portal.devtools.demo"],
        cwd=ROOT,
        env=kept | {"PORT": str(port), "DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        printed = ""
        try:
            for line in process.stdout or ():
                printed += line
                if "Open http" in line:
                    break
            else:
                pytest.fail(f"The demo ended without serving:\n{printed}")
            yield process, printed
        finally:
            process.kill()


def children_of(parent: int) -> list[int]:
    """Return the processes that a process has started."""
    listed = subprocess.run(["ps", "-o", "pid=", f"--ppid={parent}"], capture_output=True, text=True, check=False)
    return [int(number) for number in listed.stdout.split()]


@pytest.mark.worker
@pytest.mark.slow
def test_demo_serves_names_its_accounts_outlives_its_worker_and_stops_without_a_trace(
    tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    port = free_port()
    # With tables, but nothing in them: how they come about, every run of the tests shows.
    fill_database(f"sqlite:///{tmp_path / 'portal.sqlite3'}")
    began = time.monotonic()
    with running_demo(tmp_path, port) as (process, printed):
        assert time.monotonic() - began < FIRST_START_SECONDS
        assert f"http://localhost:{port}/" in printed
        missing = [role.label for role in Role if role.label not in printed]
        assert missing == []
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=30) as answer:
            assert answer.status == 200
            page = answer.read().decode()
        for stylesheet in re.findall(r'href="(/static/[^"]+\.css)"', page):
            with urllib.request.urlopen(f"http://localhost:{port}{stylesheet}", timeout=30) as answer:
                assert answer.status == 200
        parts = children_of(process.pid)
        assert len(parts) == 3
        worker = next(part for part in parts if "\0worker\0" in Path(f"/proc/{part}/cmdline").read_text())
        os.killpg(worker, signal.SIGKILL)
        wait_until(lambda: len(set(children_of(process.pid)) - set(parts)) == 1, what="a new worker is started")
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=30) as answer:
            assert answer.status == 200
        parts = children_of(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(demo.STOP_SECONDS + 10) == 0
        assert not any(group_lives(part) for part in parts)

    began = time.monotonic()
    with running_demo(tmp_path, port) as (process, _):
        assert time.monotonic() - began < SECOND_START_SECONDS
        process.send_signal(signal.SIGTERM)
        assert process.wait(demo.STOP_SECONDS + 10) == 0
