"""Commands that answer one JSON document a line with one JSON document a line."""

import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand


class LineError(ValueError):
    """A line that cannot be answered: the field at fault, and in Chinese what is wrong and what to do."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(f"{field}：{message}")


def use_utf8() -> None:
    """Read and write UTF-8 whatever the locale says; a byte or surrogate that is none must not stop the other lines."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        # A file may begin with a byte order mark.
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A lone surrogate becomes \udXXX, which is how JSON writes it.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def read_json(line: str, *, field: str) -> dict[str, Any]:
    """The object of one line, its numbers exact. Raises LineError for what is none, and for a key given twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise LineError(field, "同一个键写了两次，请只保留一个")
        return found

    try:
        document = json.loads(line, parse_float=Decimal, object_pairs_hook=once)
    except LineError:
        raise
    except json.JSONDecodeError as error:
        raise LineError(field, f"不是合法的 JSON，第 {error.pos + 1} 个字符处有误") from None
    except RecursionError:
        raise LineError(field, "JSON 嵌套过深，请减少层次") from None
    except ValueError:
        # Python reads no whole number of more than some thousand digits.
        raise LineError(field, "JSON 中有位数过多的数，请核对") from None
    if not isinstance(document, dict):
        raise LineError(field, "应为 JSON 对象，请写成 {…}")
    return document


def write_json(document: dict[str, Any]) -> str:
    """One document as one line."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def answer_lines(
    lines: Iterable[str], answer: Callable[[dict[str, Any]], dict[str, Any]], *, field: str
) -> Iterator[tuple[str, bool]]:
    """Each line's answer, and whether it is one: a line that cannot be answered gives `error`, `field` and `line`.

    Empty lines are passed over. An `id` in the question is handed back.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        reference: dict[str, Any] = {}
        try:
            question = read_json(line, field=field)
            if isinstance(question.get("id"), str | int):
                reference = {"id": question["id"]}
            yield write_json({**reference, **answer(question)}), True
        except LineError as error:
            yield write_json({**reference, "error": str(error), "field": error.field, "line": number}), False


class JsonLinesCommand(BaseCommand):
    """A command that answers standard input line by line; its status is 1 where a line could not be answered."""

    requires_system_checks = ()

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer to one question. Raises LineError for what cannot be read."""
        raise NotImplementedError

    def handle(self, *_args: Any, **_options: Any) -> None:
        use_utf8()
        sound = True
        for line, answered in answer_lines(sys.stdin, self.answer, field="question"):
            sound = sound and answered
            self.stdout.write(line)
        if not sound:
            sys.exit(1)
