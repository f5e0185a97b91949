"""Checking authored mappings: required and optional keys, each with a type, every fault with its line and remedy."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from policies.engine.dates import parse_date
from policies.engine.errors import CatalogueError, Problem
from policies.engine.money import parse_number, parse_ratio, parse_yuan

# A check returns the normal form, or raises ValueError with what is wrong and how to mend it.
Check = Callable[[Any], Any]

_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,31}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+){0,4}")
MAX_COUNT = 1_000_000


class Fault(ValueError):
    """What is wrong with a value, and the remedy."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message}。{remedy}")


def text(value: Any) -> str:
    """A non-empty text."""
    if not isinstance(value, str) or not value.strip():
        raise Fault("应为非空文字", "请填写文字，含冒号或数字时加引号")
    return value.strip()


def optional_text(value: Any) -> str:
    """A text that may be empty."""
    return "" if value is None or value == "" else text(value)


def _matching(pattern: re.Pattern[str], remedy: str) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            raise Fault(f"“{value}”不是合法的名称", remedy)
        return value

    return check


code = _matching(_CODE, "请用大写字母、数字和下划线，如 YEAR_CAP")
name = _matching(_NAME, "请用小写字母、数字和下划线，如 granted_on")
item_id = _matching(_ID, "请用小写字母、数字和连字符，如 wx2020-01-inv")
path_code = _matching(re.compile(r"[0-9]{6}|"), "请填写六位行政区划代码，没有时写空字符串")


def boolean(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Fault("应为 true 或 false", "请改为 true 或 false，不加引号")
    return value


def count(value: Any) -> int:
    """A whole number from 1 to a million."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Fault("应为整数", "请填写整数，不加引号")
    if not 1 <= value <= MAX_COUNT:
        raise Fault(f"整数 {value} 超出范围", "请填写 1 到 1,000,000 之间的整数")
    return value


def _parsed(parse: Callable[[Any], Any], *, quoted: str) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise Fault(f"{value!r} 没有加引号", f'请写成带引号的字符串，如 "{quoted}"')
        try:
            parse(value)
        except ValueError as error:
            raise Fault(f"“{value}”无法读取", str(error)) from None
        return value

    return check


_yuan = _parsed(parse_yuan, quoted="5000")
ratio = _parsed(parse_ratio, quoted="60%")
day = _parsed(parse_date, quoted="2020-03-10")


def yuan(value: Any) -> str:
    """A sum above zero, as a quoted decimal string."""
    checked: str = _yuan(value)
    if not parse_yuan(checked):
        raise Fault("金额为零", "请填写大于零的金额，或删除这一步")
    return checked


def number(value: Any) -> str:
    """An exact number; whole numbers may stand without quotes. The normal form is a string."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Fault("应为数值", '请填写整数，或带引号的小数，如 "23.5"')
    try:
        parse_number(value)
    except ValueError as error:
        raise Fault(f"“{value}”无法读取", str(error)) from None
    return str(value)


def day_or_null(value: Any) -> str | None:
    """A date, or null where there is none."""
    return None if value is None else str(day(value))


def ratio_above_zero(value: Any) -> str:
    """A ratio above zero."""
    checked: str = ratio(value)
    if not parse_ratio(checked):
        raise Fault("比例为零", "请填写大于零的比例，或删除这一步")
    return checked


def one_of(words: Iterable[str]) -> Check:
    """One word of a closed list."""
    allowed = tuple(words)

    def check(value: Any) -> str:
        if value not in allowed:
            near = difflib.get_close_matches(str(value), allowed, n=1)
            hint = f"，是否为 {near[0]}" if near else ""
            raise Fault(f"没有“{value}”这个选项{hint}", f"可选：{'、'.join(allowed)}")
        return str(value)

    return check


def list_of(check_one: Check, *, least: int = 0) -> Check:
    """A list whose elements pass `check_one` and do not repeat."""

    def check(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise Fault("应为列表", "请写成 [甲, 乙] 或每行一个“- ”")
        found = [check_one(part) for part in value]
        if len(found) < least:
            raise Fault("列表太短", f"请至少填写 {least} 项")
        for number_, part in enumerate(found):
            if part in found[:number_]:
                raise Fault(f"“{part}”重复", "请只保留一个")
        return found

    return check


def texts_or_numbers(value: Any) -> list[Any]:
    """A non-empty list of texts or whole numbers, as the values of a test."""

    def one(part: Any) -> Any:
        return part if isinstance(part, int) and not isinstance(part, bool) else text(part)

    found: list[Any] = list_of(one, least=1)(value)
    return found


class Checker:
    """Collects the problems of one file while its mappings are read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, line: int, path: str, message: str, remedy: str) -> None:
        """Note one problem."""
        self.problems.append(Problem(self.file, line, path, message, remedy))

    def raise_problems(self) -> None:
        """Raise CatalogueError if there is any problem."""
        if self.problems:
            raise CatalogueError(tuple(self.problems))

    def fields(
        self,
        raw: Any,
        path: str,
        *,
        required: Mapping[str, Check],
        optional: Mapping[str, Check] | None = None,
        line: int = 0,
    ) -> dict[str, Any] | None:
        """The checked fields of a mapping in the order of the declaration; None when the value is no mapping."""
        optional = optional or {}
        if not isinstance(raw, Mapping):
            self.add(getattr(raw, "line", line), path, "应为“键: 值”的映射", "请按文档写出各键")
            return None
        here = getattr(raw, "line", line)
        lines: Mapping[str, int] = getattr(raw, "lines", {})
        allowed = [*required, *optional]
        for key in raw:
            if key not in allowed:
                near = difflib.get_close_matches(str(key), allowed, n=1)
                hint = f"，是否为 {near[0]}" if near else ""
                self.add(
                    lines.get(key, here), f"{path}.{key}", f"没有 {key} 这个键{hint}", f"可用的键：{'、'.join(allowed)}"
                )
        found: dict[str, Any] = {}
        for key, check in (*required.items(), *optional.items()):
            if key not in raw:
                if key in required:
                    self.add(here, f"{path}.{key}", f"缺少 {key}", "请补上这个键")
                continue
            try:
                found[key] = check(raw[key])
            except Fault as fault:
                self.add(lines.get(key, here), f"{path}.{key}", fault.message, fault.remedy)
        return found
