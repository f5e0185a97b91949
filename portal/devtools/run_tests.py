"""The whole suite, in three rounds, each on servers of its own; run by `make test`.

1. Browser and worker: each test starts servers of its own, and waits for them half of the time.
2. Everything else, on PostgreSQL and Redis.
3. What depends on the database or the broker once more, embedded: on SQLite and the file system's broker.

Each in two processes. The second runs beside the first, and takes the time that it leaves: at a lower priority, so that
what the first counts in seconds is not held up. The third follows the first, as the second lasts longest and is handed
out in the smallest parts: both processors have work to the end. The empty databases are made before, one on each.
"""

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ALONE = "browser or worker"
_STARTS_SERVERS = re.compile(r"\bmark\.(browser|worker)\b")

# What runs on SQLite, too: triggers, constraints, migrations, locks and queries with SQL of our own, the records and
# jobs that rest on them, one module of services for each stage of a claim and its money, and every page once.
SQLITE_MODULES = (
    "tests/applications/claims/test_corrections.py",
    "tests/applications/claims/test_drafts.py",
    "tests/applications/claims/test_reminders.py",
    "tests/applications/claims/test_replay.py",
    "tests/applications/claims/test_submission.py",
    "tests/applications/entitled",
    "tests/applications/ledger/test_services.py",
    "tests/applications/mandates",
    "tests/applications/payees",
    "tests/applications/rights/test_register.py",
    "tests/policies/published/test_search.py",
    "tests/policies/rates",
    "tests/portal/accounts/test_identity.py",
    "tests/portal/audit/test_contents.py",
    "tests/portal/audit/test_services.py",
    "tests/portal/audit/test_verify.py",
    "tests/portal/core/test_encryption.py",
    "tests/portal/core/test_triggers.py",
    "tests/portal/jobs",
    "tests/portal/notifications/test_views.py",
    "tests/review/appropriations/test_allocations.py",
    "tests/review/decisions/test_decisions.py",
    "tests/review/decisions/test_publicity.py",
    "tests/review/funding/test_payments.py",
    "tests/review/notices/test_lifecycle.py",
    "tests/review/payments/test_batches.py",
    "tests/review/payments/test_lines.py",
    "tests/review/recoveries/test_proceedings.py",
    "tests/review/targets/test_services.py",
    "tests/review/targets/test_sources.py",
    "tests/review/treasury/test_books.py",
    "tests/review/treasury/test_month_close.py",
    "tests/review/whatif/test_aggregates.py",
    "tests/test_access.py",
)


def modules_that_start_servers() -> list[str]:
    """The modules with tests of a browser or a worker, so that their round need not read all others."""
    paths = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(path.relative_to(ROOT)) for path in paths if _STARTS_SERVERS.search(path.read_text("utf-8"))]


@dataclass(frozen=True)
class Round:
    """One run of pytest, and how far it stands back for what runs beside it (the value of `nice`)."""

    name: str
    database: str
    arguments: Sequence[str]
    niceness: int = 0


# Rounds of one row run one after the other, rows side by side.
ROUNDS = (
    (
        Round("browser and worker", "postgresql", ["-m", ALONE, *modules_that_start_servers()]),
        Round("SQLite", "sqlite", ["-m", f"not ({ALONE} or broad)", *SQLITE_MODULES], niceness=10),
    ),
    (Round("PostgreSQL", "postgresql", ["-m", f"not ({ALONE})"], niceness=10),),
)
TWO_PROCESSES = ["-n", "2", "--dist=worksteal"]
CLOSING_LINE = re.compile(r"\d+ (passed|failed|errors?|deselected)\b.* in [\d.]+s")
# pytest's last word on each test that did not pass: its name and what was wrong, cut to the width of the screen.
FAILED_LINE = re.compile(r"(FAILED|ERROR) tests/")
# The statements that failed, and what was wrong with them: a browser says there what it was waiting for.
REASON_LINE = re.compile(r"[>E] {3}")
MOST_REASONS = 60
WIDTH_OF_LINES = "250"


@dataclass(frozen=True)
class Result:
    """How a round ended: whether all passed, pytest's closing line, what failed and why, the seconds it took."""

    name: str
    passed: bool
    closing: str
    failures: Sequence[str]
    reasons: Sequence[str]
    seconds: float


def environment(database: str) -> dict[str, str]:
    """This process's environment with the tests' database."""
    # A hundred processes read the same modules: compiled once, they start in half the time.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {"DATABASE": database, "COLUMNS": WIDTH_OF_LINES}


def make_databases() -> None:
    """Make the empty databases where they are missing, side by side: every round would wait for its own."""
    databases = {round_.database for row in ROUNDS for round_ in row}
    command = [sys.executable, "-m", "tests.migrated"]
    for process in [subprocess.Popen(command, cwd=ROOT, env=environment(database)) for database in databases]:
        # What is wrong with the migrations, the tests will say.
        process.wait()


def run_round(round_: Round, *, prefix: str = "") -> Result:
    """Run pytest once, passing its output on, each line behind the prefix."""
    began = time.monotonic()
    closing = "pytest ended without a closing line"
    failures: list[str] = []
    reasons: list[str] = []
    with subprocess.Popen(
        ["nice", f"-n{round_.niceness}", sys.executable, "-m", "pytest", "-q", "--no-skips", *round_.arguments],
        cwd=ROOT,
        env=environment(round_.database),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        bufsize=1,
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(f"{prefix}{line}")
            sys.stdout.flush()
            if CLOSING_LINE.search(line):
                closing = line.strip("= \n")
            elif FAILED_LINE.match(line):
                failures.append(line.rstrip())
            elif REASON_LINE.match(line) and len(reasons) < MOST_REASONS:
                reasons.append(line.rstrip()[: int(WIDTH_OF_LINES)])
    # Status 5, nothing collected, counts as a failure too: a round that shows nothing is a broken round.
    return Result(round_.name, process.returncode == 0, closing, failures, reasons, time.monotonic() - began)


def run_row(row: Sequence[Round]) -> list[Result]:
    """Run rounds one after the other; what they say begins with their name."""
    two_processes = [replace(round_, arguments=[*TWO_PROCESSES, *round_.arguments]) for round_ in row]
    return [run_round(round_, prefix=f"{round_.name}: ") for round_ in two_processes]


def main() -> int:
    """Run the rounds, or only what PYTEST asks for; return the exit status."""
    if wanted := shlex.split(os.environ.get("PYTEST", "")):
        return 0 if run_round(Round("", os.environ.get("DATABASE", "postgresql"), wanted)).passed else 1
    make_databases()
    with ThreadPoolExecutor(len(ROUNDS)) as pool:
        results = [result for row in pool.map(run_row, ROUNDS) for result in row]
    print("\n==> Summary")
    for result in results:
        word = "passed" if result.passed else "FAILED"
        print(f"{word}  {result.name}: {result.closing} ({result.seconds:.0f} s in all)")
        for line in (*result.failures, *result.reasons):
            print(f"        {line}")
    return 0 if all(result.passed for result in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
