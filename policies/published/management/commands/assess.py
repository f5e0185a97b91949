"""`manage.py assess`: one JSON question a line in, one JSON answer a line out."""

import json
import sys
from decimal import Decimal
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from policies.engine import Catalogue, QuestionError, assess, describe, load_catalogue
from policies.published.selectors import published_catalogue
from portal.core.json_lines import use_utf8, write_json


def answer_line(catalogue: Catalogue, line: str) -> tuple[str, bool]:
    """The answer to one line of JSON, and whether it is an answer rather than an error."""
    try:
        question = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        return write_json({"error": f"question：不是合法的 JSON（{error}）", "field": "question"}), False
    try:
        answer = assess(catalogue, question).as_dict()
    except QuestionError as error:
        return write_json({**_reference(question), "error": str(error), "field": error.field}), False
    return write_json({**_reference(question), **answer}), True


def _reference(question: Any) -> dict[str, Any]:
    """The caller's own reference, handed back."""
    return {"id": question["id"]} if isinstance(question, dict) and isinstance(question.get("id"), str | int) else {}


class Command(BaseCommand):
    help = "Answer questions about support items, one JSON document a line, from standard input to standard output."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--item", help="id of a support item, such as wx2020-01-inv")
        parser.add_argument("--describe", action="store_true", help="print the item's question as JSON Schema and stop")
        parser.add_argument(
            "--published", action="store_true", help="answer from what the database has published, not from the package"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        use_utf8()
        catalogue = published_catalogue() if options["published"] else load_catalogue()
        if options["describe"]:
            self.stdout.write(self._description(catalogue, options["item"]))
            return
        if options["item"]:
            raise CommandError("--item needs --describe; without it, questions come from standard input.")
        if not self._answer_all(catalogue, sys.stdin):
            sys.exit(1)

    def _description(self, catalogue: Catalogue, item_id: str | None) -> str:
        versions = catalogue.items.get(item_id or "")
        if not versions:
            raise CommandError(f"There is no item {item_id!r}.")
        return json.dumps(describe(versions[-1]), ensure_ascii=False, indent=2)

    def _answer_all(self, catalogue: Catalogue, source: TextIO) -> bool:
        sound = True
        for line in source:
            if line.strip():
                answer, answered = answer_line(catalogue, line)
                sound = sound and answered
                self.stdout.write(answer)
        return sound
