"""`manage.py rmb`: a sum in yuan a line in, the sum in capital figures a line out."""

import sys
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand

from portal.core.json_lines import use_utf8, write_json
from portal.core.money import MoneyError, read_yuan, yuan_in_words

LARGEST = Decimal("9999999999999.99")


def capital_figures(line: str) -> str:
    """The sum of one line in capital figures. Raises MoneyError for what is no sum from 0 to 9,999,999,999,999.99."""
    amount = read_yuan(line)
    if amount > LARGEST:
        raise MoneyError(f"“{line.strip()}”超过 9,999,999,999,999.99 元，请核对单位是否为元。")
    return yuan_in_words(amount)


class Command(BaseCommand):
    help = "Write sums in capital figures: a decimal a line from standard input, its words a line to standard output."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        use_utf8()
        sound = True
        for number, line in enumerate(sys.stdin, start=1):
            if not line.strip():
                continue
            try:
                self.stdout.write(capital_figures(line))
            except MoneyError as error:
                sound = False
                self.stdout.write(write_json({"error": str(error), "field": "amount", "line": number}))
        if not sound:
            sys.exit(1)
