"""The last ten minutes before a call closes: 500 applicants save and submit, on gunicorn, PostgreSQL and Redis.

Each saves three times and submits, most of them late, one in ten presses twice, and one in ten comes after the closing:
2,050 requests, 3.4 a second over ten minutes and some 15 a second at the end. A request without an answer within 30
seconds is sent again, as the page does, and is slow in the figures; one that stays without an answer was not
acknowledged, and may or may not have come through. At the end the database is compared with what each applicant was
told. What the generator of the load takes of the two cores is stated, and how busy the machine was.
"""

import json
import os
import random
import resource
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench._processes import ROOT, processor_seconds

SMALL = {"applicants": 10, "seconds": 8.0}
SAVES, ATTEMPTS = 3, 3
AIM_SECONDS = 1.0


@dataclass
class Applicant:
    """One person with one draft, and what the portal told them."""

    key: str
    line: int
    revision: int
    session: str
    late: bool
    twice: bool
    # What may be stored: what was acknowledged last, and what was sent since without an answer.
    possible: set[str] = field(default_factory=lambda: {"8000"})
    unanswered: int = 0
    seconds: list[float] = field(default_factory=list)
    # When the submission (of two presses the first) reached the server, in seconds of the epoch.
    sent: float = 0.0
    accepted: bool = False
    problems: list[str] = field(default_factory=list)


def run(applicants: int = 500, seconds: float = 600.0, seed: int = 1) -> dict[str, Any]:
    """Measure; `seconds` is how long the ten minutes take here."""
    sys.path.insert(0, str(ROOT))
    from tests.services import running_services  # noqa: PLC0415 - needed by nobody who imports bench
    from tests.site import Host  # noqa: PLC0415

    chance = random.Random(seed)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-deadline-")))
        services = stack.enter_context(running_services())
        stamped = {"BEHIND_PROXY": "1", "PROXY_STAMPS_ARRIVAL": "1"}
        host = stack.enter_context(Host(directory / "host", services.environment() | stamped))
        host.migrate()
        host.collect_static()
        rows = [json.loads(line) for line in host.run("tests.site_claims", applicants).splitlines()]
        people = [
            Applicant(**row, late=number % 10 == 0, twice=number % 10 == 5) for number, row in enumerate(rows, start=1)
        ]
        web = host.start_web()
        host.start_worker()
        # Said by the process that sets it: how long that takes to start is nobody's time.
        closing = float(host.run("bench.deadline", "close", seconds))
        plans = [(person, _plan(person, closing, seconds, chance)) for person in people]
        before, served = _cpu_seconds(), processor_seconds(web.process.pid)
        with ThreadPoolExecutor(len(people)) as pool:
            list(pool.map(lambda plan: _act(plan[0], plan[1], web.url), plans))
        generator, served = _cpu_seconds() - before, processor_seconds(web.process.pid) - served
        found = json.loads(host.run("bench.deadline", "read"))
        host.manage("verify_audit")
    problems = [problem for person in people for problem in (*person.problems, *_compare(person, found, closing))]
    numbers = [row["number"] for row in found.values() if row["number"]]
    problems += ["a number was given twice"] * (len(numbers) - len(set(numbers)))
    taken = sorted(second for person in people for second in person.seconds)
    return {
        "applicants": applicants,
        "seconds": seconds,
        "problems": problems[:20],
        "submitted": len(numbers),
        "median of a save, seconds": round(taken[len(taken) // 2], 3),
        "processor seconds of the generator": round(generator, 1),
        "processor seconds of the web server": round(served, 1),
        "load of the machine": round(os.getloadavg()[1], 1),
        "ratios": {
            "deadline, p95 of a save, seconds": _ratio(taken[int(len(taken) * 0.95)], AIM_SECONDS),
            "deadline, claims that differ from what their applicant was told, + 1": _ratio(len(problems) + 1, 1),
            "deadline, requests without an answer, + 1": _ratio(sum(one.unanswered for one in people) + 1, 1),
        },
    }


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _ratio(value: float, aim: float) -> dict[str, Any]:
    return {"value": round(value, 3), "aim": aim, "better": "lower"}


def _plan(person: Applicant, closing: float, seconds: float, chance: random.Random) -> list[float]:
    """When this person saves (three times) and submits: the crowd grows towards the end."""
    end = (
        closing + chance.uniform(0.2, 2)
        if person.late
        else closing - 0.1 - chance.expovariate(6 / seconds) % (seconds * 0.8)
    )
    return [*sorted(end - chance.uniform(0.05, 0.18) * seconds for _ in range(SAVES)), end]


def _act(person: Applicant, plan: list[float], url: str) -> None:
    from tests.site import ask  # noqa: PLC0415

    claim = f"{url}/claims/{person.key}"
    for number, moment in enumerate(plan[:-1]):
        time.sleep(max(0.0, moment - time.time()))
        fees = f"{8001 + number}.00"
        person.possible.add(fees)
        for _attempt in range(ATTEMPTS):
            began = time.perf_counter()
            data = {"revision": person.revision, "line": person.line, f"l{person.line}-fees": fees}
            answer = ask(f"{claim}/autosave/", session=person.session, data=data)
            person.seconds.append(time.perf_counter() - began)
            if answer.status:
                break
            person.unanswered += 1
        if answer.status != 200 or 'id="revision" value="' not in answer.text:
            if answer.status:
                person.problems.append(f"a save was answered {answer.status}: {answer.text[:300]}")
            continue
        person.possible = {fees}
        person.revision = int(answer.text.split('id="revision" value="')[1].split('"')[0])
    time.sleep(max(0.0, plan[-1] - time.time()))

    # What the proxy does: it writes the moment at which the request reached it.
    person.sent = round(time.time(), 3)
    arrival = f"t={person.sent:.3f}"

    def submit() -> None:
        data = {"revision": person.revision, "commitment": "on"}
        answer = ask(f"{claim}/submit/", session=person.session, data=data, X_Request_Start=arrival)
        if not answer.status:
            person.unanswered += 1
        elif answer.status not in (302, 422):
            person.problems.append(f"a submission was answered {answer.status}: {answer.text[:300]}")
        person.accepted = person.accepted or (answer.status == 302 and "/edit" not in answer.location)

    presses = [threading.Thread(target=submit) for _ in range(2 if person.twice else 1)]
    for press in presses:
        press.start()
    for press in presses:
        press.join()


def _compare(person: Applicant, found: dict[str, Any], closing: float) -> list[str]:
    row = found[person.key]
    problems = []
    if row["fees"] not in person.possible:
        problems.append(f"saved {person.possible}, stored {row['fees']}")
    in_time, submitted = person.sent < closing, row["status"] != "draft"
    known = person.accepted or not person.unanswered
    if (submitted, person.accepted) != (in_time, in_time) and (known or submitted > in_time):
        problems.append(f"sent {closing - person.sent:.3f} s before, told {person.accepted}, stored {row['status']}")
    if row["submitted_at"] and row["submitted_at"] >= closing:
        problems.append("submitted after the closing")
    if row["assessments"] != submitted:
        problems.append(f"{row['assessments']} assessments at the submission")
    return problems


def _in_site(what: str, *arguments: str) -> None:
    """Have the call close after so many seconds and print when, or print every claim by its key.

    Runs with the site's settings.
    """
    import django  # noqa: PLC0415

    django.setup()
    from datetime import UTC, datetime  # noqa: PLC0415

    from django.db import transaction  # noqa: PLC0415

    from applications.claims.models import Claim  # noqa: PLC0415
    from policies.calls.models import Call  # noqa: PLC0415

    if what == "close":
        closing = time.time() + float(arguments[0])
        # Saved one by one, as the audit chain holds what a call says.
        with transaction.atomic():
            for call in Call.objects.all():
                call.closes_at = datetime.fromtimestamp(closing, UTC)
                call.save()
        print(closing)
        return
    print(
        json.dumps(
            {
                str(claim.key): {
                    "status": claim.status,
                    "number": claim.number,
                    "fees": claim.lines.get().facts["fees"],
                    "submitted_at": claim.submitted_at.timestamp() if claim.submitted_at else None,
                    "assessments": claim.assessments.filter(stage="submit").count(),
                }
                for claim in Claim.objects.all()
            }
        )
    )


if __name__ == "__main__":
    _in_site(*sys.argv[1:])
