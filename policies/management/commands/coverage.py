"""`manage.py coverage`: the coverage register as JSON lines."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from policies.register import register_lines


class Command(BaseCommand):
    help = (
        "Print the coverage register: one clause a line, with what models it, its page, or the reason why nothing can."
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        for line in register_lines():
            self.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
