"""Reading the facts of a line: one reader per type, each refusing with the remedy."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from policies.engine.dates import parse_date
from policies.engine.model import Fact
from policies.engine.money import parse_number, parse_yuan

Reader = Callable[[object], Any]

MAX_COUNT = 1_000_000
MAX_LINES = 5_000
MAX_ROWS = 10_000
MAX_TEXT = 2_000


def read_integer(value: object) -> int:
    """A whole number from 0 to a million; ValueError says what is wrong."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("请填写整数")
    if not 0 <= value <= MAX_COUNT:
        raise ValueError("请填写 0 到 1,000,000 之间的整数")
    return value


def read_count(value: object) -> int:
    """How many equal ones a line stands for: at least one."""
    number = read_integer(value)
    if not number:
        raise ValueError("件数至少为 1")
    return number


def _read_count_or_list(value: object) -> Any:
    """A number of things, or the list of them (countries)."""
    if isinstance(value, list):
        return tuple(read_text(part) for part in value[:MAX_ROWS])
    return read_integer(value)


def read_text(value: object) -> str:
    """A text of bounded length."""
    if not isinstance(value, str):
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError("请填写文字")
        value = str(value)
    if len(value) > MAX_TEXT:
        raise ValueError(f"文字不超过 {MAX_TEXT} 字")
    return value


def read_boolean(value: object) -> bool:
    """True or false, nothing that merely looks like it."""
    if not isinstance(value, bool):
        raise ValueError("请填写 true 或 false")
    return value


def _choice_reader(choices: tuple[tuple[str, str], ...]) -> Reader:
    by_label = {label: value for value, label in choices}
    values = frozenset(value for value, _ in choices)
    named = "、".join(label for _, label in choices)

    def read(value: object) -> str:
        text = read_text(value)
        if text in values:
            return text
        if text in by_label:
            return by_label[text]
        raise ValueError(f"可选值为 {named}")

    return read


def _number_or_text(value: object) -> Any:
    if isinstance(value, bool):
        return "全市" if value else "否"
    try:
        return parse_number(value)
    except ValueError:
        if isinstance(value, str) and value and not value[0].isdigit():
            return read_text(value)
        raise


def _rows_reader(columns: tuple[Fact, ...]) -> Reader:
    readers = {column.name: reader_of(column) for column in columns}
    named = "、".join(readers)

    def read(value: object) -> tuple[dict[str, Any], ...]:
        if not isinstance(value, list):
            raise ValueError(f"请填写列表，每行含 {named}")
        if len(value) > MAX_ROWS:
            raise ValueError(f"最多 {MAX_ROWS} 行")
        rows = []
        for number, row in enumerate(value):
            if not isinstance(row, dict):
                raise RowError(f"[{number}]", f"请填写对象，含 {named}")
            rows.append(_read_row(row, readers, number))
        return tuple(rows)

    return read


class RowError(ValueError):
    """A fault inside a row; `where` is the rest of the path, e.g. `[2].paid_on`."""

    def __init__(self, where: str, message: str) -> None:
        self.where = where
        super().__init__(message)


def _read_row(row: dict[str, Any], readers: dict[str, Reader], number: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in row.items():
        reader = readers.get(name)
        if reader is None:
            raise RowError(f"[{number}].{name}", f"没有这一列，可填 {'、'.join(readers)}")
        if value is None:
            continue
        try:
            found[name] = reader(value)
        except ValueError as error:
            raise RowError(f"[{number}].{name}", str(error)) from None
    if "amount" in readers and "amount" not in found:
        raise RowError(f"[{number}].amount", "请填写金额")
    return found


def reader_of(fact: Fact) -> Reader:
    """The reader of one fact."""
    if fact.type == "choice":
        return _choice_reader(fact.choices)
    if fact.type == "rows":
        return _rows_reader(fact.columns)
    if fact.name == "countries":
        return _read_count_or_list
    readers: dict[str, Reader] = {
        "money": parse_yuan,
        "integer": read_integer,
        "date": parse_date,
        "text": read_text,
        "boolean": read_boolean,
        "number": _number_or_text,
    }
    return readers[fact.type]
