"""Sums shared and booked: a pool among districts by factors, and awards split between payers and posted to the books.

The allocation is pure arithmetic in this process. The awards are split against a lump sum that is too small, and booked
on PostgreSQL under the triggers of the books, two lines and four postings an award, in one transaction.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from bench._processes import ROOT, make_tables
from review.funding.allocation import Factor, allocate, split_claims

SMALL = {"districts": 10, "awards": 20}
FACTORS = 5
REPEATS = 5


def run(districts: int = 100, awards: int = 1000) -> dict[str, Any]:
    """Milliseconds to allocate to `districts`, and seconds to split and post `awards`."""
    sys.path.insert(0, str(ROOT))
    from tests.services import running_postgres  # noqa: PLC0415 - needed by nobody who imports bench

    milliseconds = _allocate(districts)
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as directory, running_postgres(Path(directory)) as url:
        environment = {"DATABASE_URL": url, "DATA_DIR": directory, "DEMO": "1", "REDIS_URL": "", "LOG_LEVEL": "ERROR"}
        done = subprocess.run(
            [sys.executable, "-m", "bench.money", str(awards)],
            cwd=ROOT,
            env=os.environ | environment | {"DJANGO_SETTINGS_MODULE": "portal.settings"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    seconds = json.loads(done.stdout.splitlines()[-1])
    return {
        "districts": districts,
        "awards": awards,
        **seconds,
        "ratios": {
            f"{districts} districts allocated by {FACTORS} factors, ms": {
                "value": milliseconds,
                "aim": 10,
                "better": "lower",
            },
            f"{awards} awards split and posted, s": {"value": seconds["posted_s"], "aim": 2, "better": "lower"},
        },
    }


def _allocate(districts: int) -> float:
    """Milliseconds of the fastest of a few allocations."""
    chance = random.Random(1)
    codes = [f"{number:06d}" for number in range(districts)]
    factors = [
        Factor(str(number), Fraction(1, FACTORS), {code: Fraction(chance.randint(0, 10**6), 100) for code in codes})
        for number in range(FACTORS)
    ]
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        allocate(10**11, factors)
        taken.append((time.perf_counter() - began) * 1000)
    return round(min(taken), 3)


def post(awards: int) -> None:
    """Fill this process's database with two lines, then split and post the awards; print the seconds."""
    import django  # noqa: PLC0415 - settings are read from the environment that the parent made

    django.setup()
    from django.db import transaction  # noqa: PLC0415

    from portal.accounts.enums import Role  # noqa: PLC0415
    from review.treasury.enums import AccountKind, EntryKind, SourceKind  # noqa: PLC0415
    from review.treasury.models import Posting  # noqa: PLC0415
    from review.treasury.services.books import EntryDraft, post_entries  # noqa: PLC0415
    from review.treasury.services.lines import LinePlan, create_line, issue_budget  # noqa: PLC0415
    from tests.factories import act, binhu, make_official, wuxi  # noqa: PLC0415

    make_tables()
    accounts = []
    for region in (wuxi(), binhu()):
        officer = act(make_official(Role.FINANCE, region))
        plan = LinePlan(name="指标", source=SourceKind.CITY)
        line = create_line(region, year=2026, plan=plan, act=officer)
        issue_budget(line, amount=Decimal(10) ** 10, paper_no="指标文", key=uuid.uuid4(), act=officer)
        accounts.append(dict(line.accounts.values_list("kind", "pk")))
    chance = random.Random(1)
    claims = [(chance.randint(1, 10**8), Fraction(60, 100)) for _ in range(awards)]
    began = time.perf_counter()
    parts = split_claims(claims, sum(fen for fen, _ in claims) // 2)
    drafts = []
    for part in parts:
        amounts = {
            made[kind]: sign * fen
            for made, fen in zip(accounts, (part.city, part.district), strict=True)
            for kind, sign in ((AccountKind.AVAILABLE, -1), (AccountKind.COMMITTED, 1))
            if fen
        }
        drafts.append(EntryDraft(id=uuid.uuid4(), kind=EntryKind.RESERVE, amounts=amounts))
    with transaction.atomic():
        post_entries(drafts, act=act())
    posted = round(time.perf_counter() - began, 3)
    print(json.dumps({"posted_s": posted, "postings": Posting.objects.count()}))


if __name__ == "__main__":
    post(int(sys.argv[1]))
