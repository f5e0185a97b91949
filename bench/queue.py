"""The officers' queue page at 1,000,000 claims against 10,000, on PostgreSQL.

Two databases in one private server hold the same mixture: half of all claims in one district, a fifth of those on the
desk that is opened. A process for each answers whole requests (query, template and middleware), the two in turn; the
fastest request counts, as noise only ever slows. The first page, one far down, and the search over everything.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from bench._processes import ROOT, copy_rows

SMALL = {"size": 5_000, "rounds": 1}
# With fewer claims the last fifth of the desk that is opened would not fill a page.
LEAST = 3_000
AIM = 1.2
REQUESTS = 3
PAGES = ("first page", "page far down", "search")

# What differs from the row that is copied, by column; `n` counts the copies.
_MOMENT = "timestamptz '2026-01-01 08:00+08' + n * interval '7 seconds'"
_APPLICANT_COLUMNS = {
    "name": "'无锡示例科技' || n || '有限公司'",
    "uscc": "'BENCH' || lpad(n::text, 13, '0')",
}
_CLAIM_COLUMNS = {
    "key": "gen_random_uuid()",
    "number": "'SB2026-' || lpad(n::text, 7, '0')",
    "applicant_id": "%(first_applicant)s + n %% %(applicants)s",
    "region_id": """CASE WHEN n %% 2 = 0 THEN '320211'
        ELSE (ARRAY['320205','320206','320213','320214'])[1 + n %% 4] END""",
    "status": """CASE WHEN (n / 2) %% 5 = 0 THEN 'district_review'
        ELSE (ARRAY['submitted','city_review','approved','paid'])[1 + (n / 2) %% 4] END""",
    "approved_amount": "5000",
} | dict.fromkeys(("commitment_at", "created_at", "saved_at", "submitted_at", "status_since"), _MOMENT)


def run(size: int = 1_000_000, rounds: int = 30) -> dict[str, Any]:
    """Measure with `size` claims and a hundredth of them; milliseconds a page and the ratios large : small."""
    sys.path.insert(0, str(ROOT))
    from tests.services import running_postgres  # noqa: PLC0415 - needed by nobody who imports bench

    sizes = {"small": max(size // 100, LEAST), "large": size}
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as directory, running_postgres(Path(directory)) as url:
        processes = {name: _start(name, count, url, Path(directory)) for name, count in sizes.items()}
        try:
            seconds = {name: float(_read(process)["seconds"]) for name, process in processes.items()}
            measured: dict[str, list[dict[str, float]]] = {name: [] for name in sizes}
            for _ in range(rounds):
                for name, process in processes.items():
                    measured[name].append(_ask(process))
        finally:
            for process in processes.values():
                process.kill()
                process.communicate()
    best = {name: {page: min(one[page] for one in each) for page in PAGES} for name, each in measured.items()}
    return {
        "sizes": sizes,
        "milliseconds": best,
        "seconds_to_fill": seconds,
        "ratios": {
            f"queue, {page}: {size:,} claims against {sizes['small']:,}": {
                "value": round(best["large"][page] / best["small"][page], 2),
                "aim": AIM,
                "better": "lower",
            }
            for page in PAGES
        },
    }


def _start(name: str, size: int, url: str, directory: Path) -> subprocess.Popen[str]:
    environment = os.environ | {
        "DATABASE_URL": url.rsplit("/", 1)[0] + f"/{name}",
        "BENCH_ADMIN_URL": url,
        "DATA_DIR": str(directory / name),
        "DEMO": "1",
        "REDIS_URL": "",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bench.queue", str(size)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _read(process: subprocess.Popen[str]) -> dict[str, float]:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError(f"The measuring process ended early with status {process.wait()}.")
    answer: dict[str, float] = json.loads(line)
    return answer


def _ask(process: subprocess.Popen[str]) -> dict[str, float]:
    if process.stdin is None:
        raise RuntimeError("The measuring process takes no orders.")
    process.stdin.write("measure\n")
    process.stdin.flush()
    return _read(process)


def serve(size: int) -> None:
    """Fill this process's database, say how long it took, then measure once for each line on standard input."""
    import django  # noqa: PLC0415 - settings are read from the environment that the parent made
    import psycopg  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415

    name = os.environ["DATABASE_URL"].rsplit("/", 1)[1]
    with psycopg.connect(os.environ["BENCH_ADMIN_URL"], autocommit=True) as admin:
        # template0: both processes copy at once, and a template may have no other session.
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    django.setup()
    # Addresses of static files without a collected manifest: the same for both sizes.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    began = time.monotonic()
    client, urls = _fill(size)
    print(json.dumps({"seconds": round(time.monotonic() - began, 1)}), flush=True)
    for _ in sys.stdin:
        print(json.dumps({page: _fastest(client, url) for page, url in urls.items()}), flush=True)


def _fill(size: int) -> tuple[Any, dict[str, str]]:
    from django.apps import apps  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection, transaction  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from applications.claims.models import Claim  # noqa: PLC0415
    from portal.accounts.enums import Role  # noqa: PLC0415
    from portal.accounts.models import Applicant  # noqa: PLC0415
    from tests.factories import ClaimFactory, binhu, make_official  # noqa: PLC0415

    # The models' tables as they are now: working through the migrations makes the same ones in ten times as long.
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    claim = ClaimFactory(lines=0)
    applicants = max(size // 50, 1)
    with connection.cursor() as cursor:
        # The copies refer to rows that exist: checking a million references would measure nothing.
        cursor.execute("SET session_replication_role = replica")
        copy_rows(cursor, claim.applicant, _APPLICANT_COLUMNS, applicants)
        first = Applicant.objects.exclude(pk=claim.applicant_id).earliest("pk").pk
        copy_rows(cursor, claim, _CLAIM_COLUMNS, size, first_applicant=first, applicants=applicants)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
    officer = make_official(Role.DISTRICT_FIRST, binhu())
    with transaction.atomic():
        officer.appointments.create(role=Role.ACCEPTANCE, region=binhu())
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(officer)
    desk = "/review/queue/?desk=district_first-320211"
    lying = Claim.objects.filter(region_id="320211", status="district_review").order_by("submitted_at", "id")
    far = lying[int(lying.count() * 0.8)]
    moment = far.submitted_at or datetime.now().astimezone()
    cursor_text = f"{int(moment.timestamp())}.{moment.microsecond:06d}~{far.pk}"
    return client, {"first page": desk, "page far down": f"{desk}&after={cursor_text}", "search": "/review/claims/"}


def _fastest(client: Any, url: str) -> float:
    """Milliseconds of the fastest of a few requests; a page without its 50 rows would measure something else."""
    taken = []
    for number in range(REQUESTS + 2):
        began = time.perf_counter()
        response = client.get(url)
        if number >= 2:
            taken.append((time.perf_counter() - began) * 1000)
        rows = response.content.count(b"row-link")
        if response.status_code != 200 or rows != 50:
            raise RuntimeError(f"{url} answered {response.status_code} with {rows} rows.")
    return round(min(taken), 2)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
