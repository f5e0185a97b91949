"""The pages that most people open, at 50 at once, and an officer's claim page among 100,000 claims.

On gunicorn, PostgreSQL and Redis. Requests a second of an applicant's home and of the questionnaire's result. The time
in which 95 of 100 claim pages are answered while the sixty officers of a city work, each opening a page every five
seconds, at any moment (so that some come together); and, stated without an aim, while four ask without a pause, which
takes both cores whole. The result is measured with 200 different answers, each
asked for again and again, and (stated without an aim) with answers that nobody gave before. What the generator of the
load takes of the cores is part of the measurement; the processor time that the web server takes for a request is stated
beside it, as it is the same on a busy machine.
"""

import http.client
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench._processes import ROOT, copy_rows, processor_seconds

SMALL = {"claims": 300, "people": 2, "requests": 12}
AT_ONCE, WITHOUT_PAUSE = 50, 4
OFFICERS, SECONDS_BETWEEN_PAGES = 60, 5
HOME_PER_SECOND, RESULTS_PER_SECOND, CLAIM_SECONDS = 220, 390, 0.1
RESULT = (
    "/policies/finder/result/?kind=enterprise&region=320211&event=patent&patent-granted_on={day}"
    "&patent-patent_kind=invention&patent-fees={fees}"
)
DIFFERENT_ANSWERS, NEW_ANSWERS = 200, 400
# What differs from the row that is copied, by column; `n` counts the copies.
_CLAIM_COLUMNS = {
    "key": "gen_random_uuid()",
    "number": "'SB2025-' || lpad(n::text, 7, '0')",
    "submitted_at": "source.submitted_at - n * interval '1 minute'",
}
_LINE_COLUMNS = {
    "claim_id": "%(first)s + n - 1",
    "subject_key": "'copy' || n",
    "exclusive_key": "'copy' || n",
}
_EVIDENCE_COLUMNS = {
    "key": "gen_random_uuid()",
    "claim_id": "%(first)s + n - 1",
    "line_id": "%(first_line)s + n - 1",
    "file_id": "lpad(to_hex(n), 64, '0')",
}


def run(claims: int = 100_000, people: int = AT_ONCE, requests: int = 4_000) -> dict[str, Any]:
    """Measure with so many claims and signed-in applicants, and so many requests of each kind."""
    sys.path.insert(0, str(ROOT))
    from tests.services import running_services  # noqa: PLC0415 - needed by nobody who imports bench
    from tests.site import Host  # noqa: PLC0415

    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-pages-")))
        services = stack.enter_context(running_services())
        host = stack.enter_context(Host(directory / "host", services.environment()))
        host.migrate()
        host.collect_static()
        rows = [json.loads(line) for line in host.run("tests.site_claims", people).splitlines()]
        officer = json.loads(host.run("bench.pages", claims))
        web = host.start_web()
        home = _measure(web, [("/", row["session"]) for row in rows], requests, at_once=people)
        asked = [(_result(number), "") for number in range(DIFFERENT_ANSWERS + max(NEW_ANSWERS * requests // 4_000, 1))]
        result = _measure(web, asked[:DIFFERENT_ANSWERS], requests, at_once=people)
        new_answers = asked[DIFFERENT_ANSWERS:]
        first = _measure(web, new_answers, len(new_answers), at_once=min(people, len(new_answers)), is_warm=False)
        addresses = [(f"/review/claims/{key}/", officer["session"]) for key in officer["keys"]]
        hurried = _measure(web, addresses, requests // 10, at_once=min(people, WITHOUT_PAUSE))
        claim = _measure_at_work(web, addresses, requests // 10)
    return {
        "claims": claims,
        "at once": people,
        "requests": requests,
        "home": home,
        "questionnaire": result,
        "questionnaire, answers that nobody gave before": first,
        "claim page": claim,
        "claim page, four ask without a pause": hurried,
        "ratios": {
            "home, requests a second": _ratio(home["per second"], HOME_PER_SECOND, "higher"),
            "questionnaire's result, requests a second": _ratio(result["per second"], RESULTS_PER_SECOND, "higher"),
            f"claim page among {claims:,}, p95, seconds": _ratio(claim["p95"], CLAIM_SECONDS, "lower"),
        },
    }


def _ratio(value: float, aim: float, better: str) -> dict[str, Any]:
    return {"value": value, "aim": aim, "better": better}


def _result(number: int) -> str:
    """The address of a result; those of different numbers differ in day and fees."""
    day = date(2025, 1, 1) + timedelta(days=number % 300)
    return RESULT.format(day=day, fees=f"{2000 + number}.37")


def _measure(
    web: Any, addresses: list[tuple[str, str]], requests: int, *, at_once: int, is_warm: bool = True
) -> dict[str, float]:
    """Open the addresses (path and session) in turn; the first round, which fills caches, does not count."""
    each = max(requests // at_once, 1)

    def visit(number: int) -> list[float]:
        with closing(_connect(web)) as connection:
            return [_open(connection, *addresses[(number + turn * at_once) % len(addresses)]) for turn in range(each)]

    with ThreadPoolExecutor(at_once) as pool:
        if is_warm:
            list(pool.map(visit, range(at_once)))
        return _figures(web, lambda: [one for taken in pool.map(visit, range(at_once)) for one in taken])


def _measure_at_work(web: Any, addresses: list[tuple[str, str]], requests: int) -> dict[str, float]:
    """Open so many pages, each officer at moments of their own; what an officer waits for counts from that moment."""
    chance = random.Random(1)
    moments = sorted(chance.uniform(0, requests * SECONDS_BETWEEN_PAGES / OFFICERS) for _ in range(requests))

    def visit(number: int) -> float:
        time.sleep(max(began + moments[number] - time.perf_counter(), 0))
        with closing(_connect(web)) as connection:
            _open(connection, *addresses[number % len(addresses)])
        return time.perf_counter() - began - moments[number]

    with ThreadPoolExecutor(OFFICERS) as pool:
        began = time.perf_counter()
        return _figures(web, lambda: list(pool.map(visit, range(requests))))


def _connect(web: Any) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)


def _open(connection: http.client.HTTPConnection, path: str, session: str) -> float:
    """Open a page; return the seconds until it was read whole."""
    began = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": f"portal_session={session}"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}.")
    return time.perf_counter() - began


def _figures(web: Any, visit: Callable[[], list[float]]) -> dict[str, float]:
    """What a visit of many pages took: its seconds a page, and those of the web server's processors."""
    began, used = time.perf_counter(), processor_seconds(web.process.pid)
    seconds = sorted(visit())
    lasted, used = time.perf_counter() - began, processor_seconds(web.process.pid) - used
    return {
        "per second": round(len(seconds) / lasted, 1),
        "median": round(seconds[len(seconds) // 2], 4),
        "p95": round(seconds[int(len(seconds) * 0.95)], 4),
        "processor milliseconds of the web server": round(used / len(seconds) * 1000, 2),
    }


def _fill(count: int) -> None:
    """Copy a claim under review with its line and files, and print a session of its officer and some claims' keys."""
    import django  # noqa: PLC0415 - settings are read from the environment

    django.setup()
    from django.db import connection  # noqa: PLC0415

    from applications.claims.models import Claim, ClaimLine, Evidence  # noqa: PLC0415
    from tests.applications.worlds import patent_facts  # noqa: PLC0415
    from tests.factories import ApplicantFactory, UserFactory  # noqa: PLC0415
    from tests.review.worlds import Office, city_passed  # noqa: PLC0415
    from tests.site_claims import session_of  # noqa: PLC0415

    # Behind the people that another process made.
    for made in (UserFactory, ApplicantFactory):
        made.reset_sequence(1_000_000)
    office = Office()
    claim = city_passed(office, lines=[patent_facts(900_000)])
    with connection.cursor() as cursor:
        # The copies refer to rows that exist, and no record of the audit chain is about them.
        cursor.execute("SET session_replication_role = replica")
        copy_rows(cursor, claim, _CLAIM_COLUMNS, count)
        first = Claim.objects.filter(number__startswith="SB2025-").earliest("pk").pk
        line = claim.lines.get()
        copy_rows(cursor, line, _LINE_COLUMNS, count, first=first)
        first_line = ClaimLine.objects.filter(claim=first).get().pk
        cursor.execute(
            "INSERT INTO applications_storedfile (sha256, size, media_type, stored_at) "
            "SELECT lpad(to_hex(n), 64, '0'), 1000, 'application/pdf', now() FROM generate_series(1, %s) AS n",
            [count],
        )
        for file in Evidence.objects.filter(line=line):
            copy_rows(cursor, file, _EVIDENCE_COLUMNS, count, first=first, first_line=first_line)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
    keys = Claim.objects.filter(pk__gte=first).order_by("pk").values_list("key", flat=True)[:: max(count // 100, 1)]
    print(json.dumps({"session": session_of(office.decider), "keys": [str(key) for key in keys]}))


if __name__ == "__main__":
    _fill(int(sys.argv[1]))
