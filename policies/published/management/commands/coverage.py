"""`manage.py coverage`: the coverage register as JSON lines."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from policies.published.register import register_lines
from policies.published.selectors import register_catalogue


class Command(BaseCommand):
    help = (
        "Print the coverage register: one clause a line, with what models it, its page, or the reason why nothing can."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--published", action="store_true", help="with what was published in the browser, from the database"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        for line in register_lines(register_catalogue() if options["published"] else None):
            self.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
