"""Live a made-up year through the services, and say in one line of JSON what it came to."""

import json
import os
import random
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.models import Q

from policies.published.models import SupportItem
from portal.accounts.models import User
from portal.core import clock
from review.demo.people import DOMAIN as DEMO_DOMAIN
from review.simulated_year.faults import Faults
from review.simulated_year.people import DOMAIN
from review.simulated_year.report import report
from review.simulated_year.year import live


class Command(BaseCommand):
    help = (
        "Files, reviews, decides, pays and recovers made-up claims of a whole year through the services and checks"
        " that everything adds up. Prints one line of JSON; exit status 1 where something does not. Only on a database"
        " without real people: a new one, or the demo's."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--claims", type=int, default=1000, help="how many claims are filed")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same people and chances")
        parser.add_argument("--year", type=int, help="the calendar year; the last one unless named")
        parser.add_argument("--once", action="store_true", help="do nothing where the database has had its year")
        parser.add_argument("--faults", action="store_true", help="break deeds off, lose, double, delay and kill jobs")
        parser.add_argument(
            "--verbose-refusals", action="store_true", help="also say what the portal refused how often"
        )
        parser.add_argument(
            "--render-notices",
            type=int,
            default=20,
            metavar="N",
            help="print so many notices; the rest waits for a worker",
        )

        parser.add_argument(
            "--processes",
            type=int,
            default=_processors(),
            help="how many live each day side by side; one alone gives the same year to the last row (SQLite: one)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["claims"] < 1:
            raise CommandError("--claims must be at least 1.")
        if options["processes"] < 1:
            raise CommandError("--processes must be at least 1.")
        refuse_real_data()
        if User.objects.filter(email__endswith=f"@{DOMAIN}").exists():
            if options["once"]:
                return
            raise CommandError("This database has had its simulated year already. Use a new one for another.")
        began = time.monotonic()
        seed = options["seed"]
        faults = Faults(random.Random(f"faults {seed}"), cuts_connection=True) if options["faults"] else Faults()  # noqa: S311 - no secret
        world = live(
            claims=options["claims"],
            seed=seed,
            year=options["year"] or clock.today().year - 1,
            to_print=options["render_notices"],
            faults=faults,
            # Without locks of rows there is one writer at a time: two would only wait for each other.
            processes=options["processes"] if connection.features.has_select_for_update else 1,
        )
        answer = report(world) | {"seconds": round(time.monotonic() - began, 1)}
        if options["verbose_refusals"]:
            answer["refusals_by_deed"] = dict(world.tally.refusals.most_common())
        self.stdout.write(json.dumps(answer, ensure_ascii=False))
        if answer["violations"]:
            raise CommandError(f"The year does not add up: {answer['first_violations']}")


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def refuse_real_data() -> None:
    """Raise CommandError for a database that holds real people, or no policies."""
    made_up = Q(email__endswith=f"@{DEMO_DOMAIN}") | Q(email__endswith=f"@{DOMAIN}")
    if User.objects.exclude(made_up).exists():
        raise CommandError("This database holds real people. A year is simulated only on a new database or the demo's.")
    if not SupportItem.objects.exists():
        raise CommandError("No policies are published. Run first: manage.py load_regions, manage.py load_catalogue.")
