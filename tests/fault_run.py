"""A site under faults, by a seed: `python -m tests.fault_run SEED STEPS` prints the seed, the steps and what it found.

Applicants save and submit by the web, an officer approves, and between two deeds chance kills the web server, the
worker, the database or the cache, fills the disk, breaks the mail, drops, doubles and delays jobs. Each program is
started again, as a supervisor would. At the end everything stands, and nothing that was acknowledged may be missing:
saves, submissions and approvals, the audit chain, the ledger of limits, the books of the money, and one notice for
each approval.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, redirect_stdout
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.services import die_with_parent, find_redis_server, running_postgres, running_redis
from tests.site import Host, ask

if TYPE_CHECKING:
    from collections.abc import Callable

APPLICANTS, PUBLICISED = 4, 4
SETTLE_SECONDS = 240
# Short leases, so that a killed worker's job comes back within the run.
PATIENCE = {"JOB_LEASE_SECONDS": "5", "JOB_SWEEP_SECONDS": "1", "JOB_VISIBILITY_SECONDS": "10"}


class Service:
    """A server that was started elsewhere: killed by its process group, and started again by the same command."""

    def __init__(self, name: str, port: int) -> None:
        self.port = port
        self.pid = min(_processes(name, port))
        status = Path(f"/proc/{self.pid}")
        self.command = (status / "cmdline").read_bytes().rstrip(b"\0").decode().split("\0")
        if "redis" in name:
            # It writes its own title over its command.
            self.command = [find_redis_server(), *f"--port {port} --bind 127.0.0.1 --appendonly no --save".split(), ""]
        self.owner = status.stat()
        self.directory = (status / "cwd").readlink()

    def crash(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it at once and start it again; returns when it takes connections."""
        os.kill(self.pid, how)
        while _takes_connections(self.port):
            time.sleep(0.05)
        while not _takes_connections(self.port):
            self.pid = subprocess.Popen(
                self.command,
                cwd=self.directory,
                user=self.owner.st_uid,
                group=self.owner.st_gid,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call
            ).pid
            deadline = time.monotonic() + 10
            while not _takes_connections(self.port) and Path(f"/proc/{self.pid}").exists():
                if time.monotonic() > deadline:
                    break
                time.sleep(0.05)


def _processes(name: str, port: int) -> list[int]:
    """The processes of this name whose command line names the port."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            names_port = str(port).encode() in (process / "cmdline").read_bytes()
            if names_port and (process / "comm").read_text().startswith(name):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def _takes_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Run:
    """One run: the site, what chance does to it, and what the people were answered."""

    def __init__(self, seed: int, host: Host, database: Service, cache: Service) -> None:
        self.chance = random.Random(seed)
        self.host, self.database, self.cache = host, database, cache
        self.web, self.worker = host.start_web(workers=1), host.start_worker(**PATIENCE)
        self.claims: list[dict[str, Any]] = []
        self.approved: set[int] = set()
        self.disk_is_full = False

    # ---- deeds -------------------------------------------------------------------------------------
    def save(self) -> str:
        claim = self.chance.choice(self.claims)
        fees = f"{self.chance.randint(5_000, 9_999)}.00"
        if claim["submitted"]:
            return "nothing to save"
        data = {"revision": claim["revision"], "line": claim["line"], f"l{claim['line']}-fees": fees}
        answer = ask(f"{self.web.url}/claims/{claim['key']}/autosave/", session=claim["session"], data=data)
        claim["possible"].add(fees)
        if answer.status == 200 and 'id="revision"' in answer.text:
            claim["revision"] = int(answer.text.split('id="revision" value="')[1].split('"')[0])
            claim["possible"] = {fees}
        else:
            self._reload(claim)
        return f"save {claim['line']}: {answer.status}"

    def submit(self) -> str:
        claim = self.chance.choice(self.claims)
        data = {"revision": claim["revision"], "commitment": "on"}
        answer = ask(f"{self.web.url}/claims/{claim['key']}/submit/", session=claim["session"], data=data)
        if answer.status == 302 and "/edit" not in answer.location:
            claim["submitted"] = True
        else:
            self._reload(claim)
        return f"submit {claim['line']}: {answer.status}"

    def _reload(self, claim: dict[str, Any]) -> None:
        """What a person does after an error: open the page again."""
        page = ask(f"{self.web.url}/claims/{claim['key']}/edit/", session=claim["session"]).text
        if 'id="revision" value="' in page:
            claim["revision"] = int(page.split('id="revision" value="')[1].split('"')[0])

    def approve(self) -> str:
        from django.db import Error  # noqa: PLC0415

        from portal.core.actor import ActorContext  # noqa: PLC0415
        from review.decisions.models import PublicityEntry  # noqa: PLC0415
        from review.decisions.services.publicity import approve_claim  # noqa: PLC0415
        from tests.factories import make_official, wuxi  # noqa: PLC0415

        try:
            entry = PublicityEntry.objects.filter(claim__status="publicity").order_by("pk").first()
            if entry is None:
                return "nothing to approve"
            officer = make_official("decision_maker", wuxi(), email=f"d{self.chance.random()}@example.org")
            approve_claim(entry.claim_id, publicity=entry.publicity, act=ActorContext(officer, _now()))
        except Error as error:
            return f"approve: {type(error).__name__}"
        self.approved.add(entry.claim_id)
        return f"approve {entry.claim_id}"

    # ---- faults ------------------------------------------------------------------------------------
    def kill_web(self) -> None:
        port = self.web.port
        self.web.kill()
        self.web = self.host.start_web(workers=1, port=port)

    def kill_worker(self) -> None:
        self.worker.kill()
        self.worker = self.host.start_worker(**PATIENCE)

    def kill_database(self) -> None:
        # What the server itself does when one of its processes dies: everybody out, then recovery from its log.
        self.database.crash(signal.SIGQUIT)
        _connect_again()

    def kill_cache(self) -> None:
        self.cache.crash()

    def break_mail(self) -> None:
        """A file stands where the folder of mails belongs, or the folder is there again."""
        folder = self.host.directory / "data" / "mail"
        if folder.is_dir():
            folder.rename(folder.with_name(f"mail-{time.monotonic_ns()}"))
            folder.write_text("no folder")
        else:
            folder.unlink(missing_ok=True)
            folder.mkdir()

    def fill_disk(self) -> None:
        """Private files cannot be written, or can be again."""
        private = self.host.directory / "data" / "private"
        if private.is_dir():
            private.rename(private.with_name("private-away"))
            private.write_text("no space")
        else:
            self._heal_disk()

    def _heal_disk(self) -> None:
        away = self.host.directory / "data" / "private-away"
        if away.is_dir():
            away.with_name("private").unlink()
            away.rename(away.with_name("private"))

    def disturb_jobs(self) -> None:
        """Drop all messages, or hand every job out twice, or put every job off."""
        from datetime import timedelta  # noqa: PLC0415

        import redis  # noqa: PLC0415
        from django.db.models import F  # noqa: PLC0415

        from portal.jobs.models import Job  # noqa: PLC0415
        from portal.jobs.services import send_message  # noqa: PLC0415

        kind = self.chance.choice(("drop", "double", "delay"))
        if kind == "drop":
            redis.Redis.from_url(os.environ["REDIS_URL"]).flushall()
        elif kind == "double":
            for pk in Job.objects.exclude(state="done").values_list("pk", flat=True):
                send_message(pk)
                send_message(pk)
        else:
            Job.objects.filter(state="waiting").update(run_after=F("run_after") + timedelta(seconds=2))

    # ---- the run and its end ------------------------------------------------------------------------
    def go(self, steps: int) -> None:
        """Deeds and faults in the order that the seed gives."""
        deeds: list[Callable[[], str]] = [self.save, self.save, self.submit, self.approve]
        faults = [self.kill_web, self.kill_worker, self.kill_database, self.kill_cache]
        faults += [self.break_mail, self.fill_disk, self.disturb_jobs, self.disturb_jobs]
        self.chance.shuffle(faults)
        for step in range(steps):
            said = self.chance.choice(deeds)()
            # Every kind of fault once, then whichever chance picks.
            fault = faults[step] if step < len(faults) else self.chance.choice(faults)
            print(f"{step}: {said}; {fault.__name__}", flush=True)
            fault()

    def settle(self) -> None:
        """Mend everything, and wait until no job is left to do."""
        from portal.jobs.models import Job  # noqa: PLC0415

        if not (self.host.directory / "data" / "mail").is_dir():
            self.break_mail()
        self._heal_disk()
        deadline = time.monotonic() + SETTLE_SECONDS
        while (left := Job.objects.exclude(state="done")).exists() and time.monotonic() < deadline:
            # Nobody waits here for the hours that lie between two attempts.
            left.filter(state="waiting", run_after__gt=_now()).update(run_after=_now())
            time.sleep(1)

    def problems(self) -> list[str]:
        """What was acknowledged and is not so, what stands twice, and what does not add up."""
        from applications.claims.models import Claim  # noqa: PLC0415
        from applications.ledger.models import LimitBucket  # noqa: PLC0415
        from portal.jobs.models import Job  # noqa: PLC0415
        from review.notices.models import Notice  # noqa: PLC0415

        found = [f"{job} is {job.state}: {job.last_error[-300:]}" for job in Job.objects.exclude(state="done")]
        for acknowledged in self.claims:
            claim = Claim.objects.get(key=acknowledged["key"])
            if claim.lines.get().facts["fees"] not in acknowledged["possible"]:
                found.append(f"{claim}: saved {acknowledged['possible']}, stored {claim.lines.get().facts['fees']}")
            if acknowledged["submitted"] and claim.number is None:
                found.append(f"{claim}: acknowledged as submitted")
            if claim.assessments.filter(stage="submit").count() != (claim.number is not None):
                found.append(f"{claim}: submitted more or less than once")
        approved = set(Claim.objects.filter(status="approved").values_list("pk", flat=True))
        if not self.approved <= approved:
            found.append(f"acknowledged as approved: {self.approved - approved}")
        noticed = sorted(Notice.objects.values_list("claim_id", "kind"))
        granted = [claim for claim, kind in noticed if kind == "grant"]
        if granted != sorted(approved) or len(set(noticed)) != len(noticed):
            found.append(f"approved {sorted(approved)}, notices {noticed}")
        found += [f"{notice} was never printed" for notice in Notice.objects.filter(sha256="")]
        for bucket in LimitBucket.objects.prefetch_related("entries"):
            total = Decimal()
            for number, entry in enumerate(bucket.entries.all(), start=1):
                total += entry.amount
                if (entry.sequence, entry.amount_after) != (number, total):
                    found.append(f"{bucket}: entry {entry.sequence} does not add up")
        return found


def _now() -> Any:
    from django.utils import timezone  # noqa: PLC0415

    return timezone.now()


def _forget_connections() -> None:
    from django.db import connections  # noqa: PLC0415

    connections.close_all()


def _connect_again() -> None:
    """Wait until the database has recovered."""
    from django.db import OperationalError, connection  # noqa: PLC0415

    _forget_connections()
    while True:
        try:
            connection.ensure_connection()
        except OperationalError:
            time.sleep(0.1)
        else:
            return


def main(seed: int, steps: int) -> int:
    """Run once; 0 when nothing is missing."""
    print(f"seed {seed}, {steps} steps", flush=True)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-faults-")))
        database_url = stack.enter_context(running_postgres(directory, keeps_commits=True))
        redis_url = stack.enter_context(running_redis(directory))
        addresses = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
        host = stack.enter_context(Host(directory / "host", addresses))
        services = [
            Service(name, int(url.rsplit(":", 1)[1].split("/")[0]))
            for name, url in (("postgres", database_url), ("redis", redis_url))
        ]
        for service in services:
            stack.callback(lambda one=service: os.kill(one.pid, signal.SIGTERM))
        (host.directory / "data" / "mail").mkdir(parents=True)
        os.environ.update(host.full_environment)
        import django  # noqa: PLC0415 - the environment names the run's own servers

        django.setup()
        from django.core.management import CommandError, call_command  # noqa: PLC0415

        from tests import site_claims  # noqa: PLC0415
        from tests.migrated import fill_database  # noqa: PLC0415

        if not fill_database(database_url):
            call_command("migrate", interactive=False, verbosity=0)
        host.collect_static()
        with redirect_stdout(StringIO()) as made:
            site_claims.main(APPLICANTS, PUBLICISED)
        run = Run(seed, host, *services)
        run.claims = [
            json.loads(row) | {"submitted": False, "possible": {"8000.00", "8000"}}
            for row in made.getvalue().splitlines()
        ]
        run.go(steps)
        run.settle()
        problems = run.problems()
        for command in ("verify_audit", "verify_ledger"):
            with redirect_stdout(StringIO()) as verified:
                try:
                    call_command(command)
                except (CommandError, SystemExit) as error:
                    problems.append(f"{command}: {error}\n{verified.getvalue()}")
        _forget_connections()
    print("\n".join(problems) or f"nothing is missing; {len(run.approved)} approved, seed {seed}", flush=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
