"""The whole suite, in three rounds, each on servers of its own; run by `make test`.

1. Browser and worker: each test starts servers of its own, and waits for them half of the time.
2. Everything else, on PostgreSQL and Redis.
3. What uses the database once more, embedded: on SQLite and the file system's broker; without the tests of
   pages and the walks over everything, for which one database is enough.

Each in two processes. The second and third, one after the other, take the time that the first leaves: they run beside
it at a lower priority, so that what it counts in seconds is not held up by them.
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


@dataclass(frozen=True)
class Round:
    """One run of pytest, and how far it stands back for what runs beside it (the value of `nice`)."""

    name: str
    database: str
    arguments: Sequence[str]
    niceness: int = 0


# Rounds of one row run one after the other, rows side by side.
ROUNDS = (
    (Round("browser and worker", "postgresql", ["-m", ALONE]),),
    (
        Round("PostgreSQL", "postgresql", ["-m", f"not ({ALONE})"], niceness=10),
        Round("SQLite", "sqlite", ["-m", f"not ({ALONE} or broad)", "--database-only"], niceness=10),
    ),
)
TWO_PROCESSES = ["-n", "2", "--dist=worksteal"]
CLOSING_LINE = re.compile(r"\d+ (passed|failed|errors?|deselected)\b.* in [\d.]+s")


@dataclass(frozen=True)
class Result:
    """How a round ended: whether all passed, pytest's closing line, and the seconds it took."""

    name: str
    passed: bool
    closing: str
    seconds: float


def run_round(round_: Round, *, prefix: str = "") -> Result:
    """Run pytest once, passing its output on, each line behind the prefix."""
    began = time.monotonic()
    closing = "pytest ended without a closing line"
    with subprocess.Popen(
        ["nice", f"-n{round_.niceness}", sys.executable, "-m", "pytest", "-q", "--no-skips", *round_.arguments],
        cwd=ROOT,
        env=os.environ | {"DATABASE": round_.database},
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
    # Status 5, nothing collected, counts as a failure too: a round that shows nothing is a broken round.
    return Result(round_.name, process.returncode == 0, closing, time.monotonic() - began)


def run_row(row: Sequence[Round]) -> list[Result]:
    """Run rounds one after the other; what they say begins with their name."""
    two_processes = [replace(round_, arguments=[*TWO_PROCESSES, *round_.arguments]) for round_ in row]
    return [run_round(round_, prefix=f"{round_.name}: ") for round_ in two_processes]


def main() -> int:
    """Run the rounds, or only what PYTEST asks for; return the exit status."""
    if wanted := shlex.split(os.environ.get("PYTEST", "")):
        return 0 if run_round(Round("", os.environ.get("DATABASE", "postgresql"), wanted)).passed else 1
    with ThreadPoolExecutor(len(ROUNDS)) as pool:
        results = [result for row in pool.map(run_row, ROUNDS) for result in row]
    print("\n==> Summary")
    for result in results:
        word = "passed" if result.passed else "FAILED"
        print(f"{word}  {result.name}: {result.closing} ({result.seconds:.0f} s in all)")
    return 0 if all(result.passed for result in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
