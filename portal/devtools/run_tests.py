"""The whole suite, in three rounds, each on servers of its own; run by `make test`.

Each in two processes:

1. Everything but browser and worker, on PostgreSQL and Redis.
2. What uses the database once more, embedded: on SQLite and the file system's broker; without the walks over
   everything, for which one database is enough.
3. Browser and worker, two at once and no more: each starts servers of its own, and waits for them half of the time.
"""

import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ALONE = "browser or worker"
ROUNDS = (
    ("PostgreSQL", "postgresql", ["-m", f"not ({ALONE})"]),
    ("SQLite", "sqlite", ["-m", f"not ({ALONE} or broad)", "--database-only"]),
    ("browser and worker", "postgresql", ["-m", ALONE]),
)
TWO_PROCESSES = ["-n", "2", "--dist=worksteal"]
CLOSING_LINE = re.compile(r"\d+ (passed|failed|errors?|deselected)\b.* in [\d.]+s")


def run_round(arguments: list[str], *, database: str) -> tuple[bool, str]:
    """Run pytest once, passing its output on; return whether all passed, and its closing line."""
    closing = "pytest ended without a closing line"
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "--no-skips", *arguments],
        cwd=ROOT,
        env=os.environ | {"DATABASE": database},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        bufsize=1,
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            if CLOSING_LINE.search(line):
                closing = line.strip("= \n")
    # Status 5, nothing collected, counts as a failure too: a round that shows nothing is a broken round.
    return process.returncode == 0, closing


def main() -> int:
    """Run the rounds, or only what PYTEST asks for; return the exit status."""
    if wanted := shlex.split(os.environ.get("PYTEST", "")):
        passed, _ = run_round(wanted, database=os.environ.get("DATABASE", "postgresql"))
        return 0 if passed else 1
    results = []
    for name, database, arguments in ROUNDS:
        print(f"==> Tests: {name}", flush=True)
        began = time.monotonic()
        passed, closing = run_round([*TWO_PROCESSES, *arguments], database=database)
        results.append((name, passed, closing, time.monotonic() - began))
    print("\n==> Summary")
    for name, passed, closing, seconds in results:
        print(f"{'passed' if passed else 'FAILED'}  {name}: {closing} ({seconds:.0f} s in all)")
    return 0 if all(passed for _, passed, _, _ in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
