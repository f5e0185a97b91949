"""Checking authored mappings: required and optional keys, each with a type, every fault with its place."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from policies.engine.dates import parse_date
from policies.engine.errors import CatalogueError
from policies.engine.money import parse_factor, parse_number, parse_ratio, parse_yuan
from policies.engine.problems import Code, Fault, Place, Problem, problem_at, problem_code

# A check returns the normal form, or raises a Fault.
Check = Callable[[Any], Any]
Keys = dict[str, Check]

_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,31}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+){0,4}")
MAX_COUNT = 1_000_000


NOT_TEXT = problem_code("not_text", "应为非空文字", "请填写文字，含冒号或数字时加引号", form="请填写{here}。")
EMPTY = problem_code("empty", "没有填写", "请填写，或删除这个键", form="请填写{here}。")
BAD_CODE = problem_code(
    "bad_code",
    "“{value}”不是合法的名称",
    "请用大写字母、数字和下划线，如 {example}",
    form="“{value}”不能用作代码，请用大写字母、数字和下划线，如 {example}。",
)
BAD_NAME = problem_code(
    "bad_name",
    "“{value}”不是合法的名称",
    "请用小写字母、数字和下划线，如 {example}",
    form="“{value}”不能用作代码，请用小写字母、数字和下划线，如 {example}。",
)
BAD_ID = problem_code(
    "bad_id",
    "“{value}”不是合法的名称",
    "请用小写字母、数字和连字符，如 {example}",
    form="“{value}”不能用作编号，请用小写字母、数字和连字符，如 {example}。",
)
BAD_REGION = problem_code(
    "bad_region",
    "“{value}”不是合法的名称",
    "请填写六位行政区划代码，没有时写空字符串",
    form="“{value}”不是六位行政区划代码，请核对，没有时留空。",
)
NOT_BOOLEAN = problem_code(
    "not_boolean", "应为 true 或 false", "请改为 true 或 false，不加引号", form="{here}：请选择是或否。"
)
NOT_WHOLE = problem_code("not_whole", "应为整数", "请填写整数，不加引号", form="{here}：请填写整数。")
COUNT_RANGE = problem_code(
    "count_range",
    "整数 {value} 超出范围",
    "请填写 1 到 1,000,000 之间的整数",
    form="{value} 超出范围，请填写 1 到 1,000,000 之间的整数。",
)
NOT_NUMBER = problem_code(
    "not_number", "应为数值", '请填写整数，或带引号的小数，如 "23.5"', form="请填写数，如 40 或 23.5。"
)
NOT_POSITIVE = problem_code(
    "not_positive", "{value} 不大于零", "请填写大于零的数", form="请填写大于零的数，没有的留空。"
)
NOT_QUOTED = problem_code(
    "not_quoted",
    "{value} 没有加引号",
    '请写成带引号的字符串，如 "{example}"',
    form="“{value}”的写法不对，请写成如 {example}。",
)
ZERO_SUM = problem_code(
    "zero_sum", "金额为零", "请填写大于零的金额，或删除这一步", form="金额为零，请填写大于零的金额，或删除这一行。"
)
ZERO_RATIO = problem_code(
    "zero_ratio", "比例为零", "请填写大于零的比例，或删除这一步", form="比例为零，请填写大于零的比例，或删除这一行。"
)
UNKNOWN_OPTION = problem_code(
    "unknown_option",
    "没有“{value}”这个选项",
    "可选：{allowed}",
    form="没有“{value}”这个选项，请重新选择。",
)
MISSPELT_OPTION = problem_code(
    "misspelt_option",
    "没有“{value}”这个选项，是否为 {near}",
    "可选：{allowed}",
    form="没有“{value}”这个选项，是否为“{near:choice}”，请重新选择。",
)
NOT_LIST = problem_code("not_list", "应为列表", "请写成 [甲, 乙] 或每行一个“- ”", form="请重新填写{here}。")
TOO_FEW = problem_code("too_few", "列表太短", "请至少填写 {least} 项", form="{here}：请至少填写 {least} 项。")
REPEATED = problem_code("repeated", "“{value}”重复", "请只保留一个", form="“{value:choice}”重复，请只保留一个。")
NO_MAPPING = problem_code("no_mapping", "应为“键: 值”的映射", "请按文档写出各键", form="请重新填写这一部分。")
PERIOD_ENDS_FIRST = problem_code(
    "period_ends_first",
    "“{value}”的截止日早于起始日",
    "请改正起止日",
    form="“{value}”的截止日早于起始日，请改正。",
)
NO_TABLE = problem_code(
    "no_table", "应为对照表", '请写成 {{"5": "20000"}} 的样子', form="{here}：请每行写一个“=”，如 5=20000。"
)
NO_CHOICE = problem_code(
    "no_choice",
    "“{value}”不是 {fact} 的选项",
    "可选：{known}",
    form="“{value}”不是“{fact:fact}”的选项，请重新选择。",
)
UNKNOWN_KEY = problem_code(
    "unknown_key", "没有 {key} 这个键", "可用的键：{allowed}", form="没有“{key:key}”这一项，请删除。"
)
MISSPELT_KEY = problem_code(
    "misspelt_key",
    "没有 {key} 这个键，是否为 {near}",
    "可用的键：{allowed}",
    form="没有“{key:key}”这一项，是否为“{near:key}”，请改填或删除。",
)
MISSING = problem_code("missing", "缺少 {key}", "请补上这个键", form="请填写{here}。")


def text(value: Any) -> str:
    """A non-empty text."""
    if not isinstance(value, str) or not value.strip():
        raise NOT_TEXT.fault()
    return value.strip()


def optional_text(value: Any) -> str:
    """A text that may be empty."""
    return "" if value is None or value == "" else text(value)


def _present(value: Any) -> Any:
    """The value itself; a Fault for an empty text, which every form sends for a control left blank."""
    if value == "":
        raise EMPTY.fault()
    return value


def _matching(pattern: re.Pattern[str], bad: Code, **params: str) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            raise bad.fault(value=str(_present(value)), **params)
        return value

    return check


code = _matching(_CODE, BAD_CODE, example="YEAR_CAP")
name = _matching(_NAME, BAD_NAME, example="granted_on")
item_id = _matching(_ID, BAD_ID, example="wx2020-01-inv")
path_code = _matching(re.compile(r"[0-9]{6}|"), BAD_REGION)


def boolean(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise NOT_BOOLEAN.fault()
    return value


def count(value: Any) -> int:
    """A whole number from 1 to a million."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise NOT_WHOLE.fault()
    if not 1 <= value <= MAX_COUNT:
        raise COUNT_RANGE.fault(value=value)
    return value


def _parsed(parse: Callable[[Any], Any], *, example: str) -> Check:
    def check(value: Any) -> str:
        if not isinstance(_present(value), str):
            raise NOT_QUOTED.fault(value=repr(value), example=example)
        parse(value)
        return value

    return check


_yuan = _parsed(parse_yuan, example="5000")
ratio = _parsed(parse_ratio, example="60%")
_factor = _parsed(parse_factor, example="120%")
day = _parsed(parse_date, example="2020-03-10")


def yuan(value: Any) -> str:
    """A sum above zero, as a quoted decimal string."""
    checked: str = _yuan(value)
    if not parse_yuan(checked):
        raise ZERO_SUM.fault()
    return checked


def number(value: Any) -> str:
    """An exact number; whole numbers may stand without quotes. The normal form is a string."""
    if isinstance(_present(value), bool) or not isinstance(value, str | int):
        raise NOT_NUMBER.fault()
    parse_number(value)
    return str(value)


def positive(value: Any) -> str:
    """A number above zero."""
    checked = number(value)
    if parse_number(checked) <= 0:
        raise NOT_POSITIVE.fault(value=checked)
    return checked


def day_or_null(value: Any) -> str | None:
    """A date, or null where there is none."""
    return None if value is None else str(day(value))


def ratio_above_zero(value: Any) -> str:
    """A ratio above zero."""
    checked: str = ratio(value)
    if not parse_ratio(checked):
        raise ZERO_RATIO.fault()
    return checked


def factor(value: Any) -> str:
    """A ratio above zero that may pass one."""
    checked: str = _factor(value)
    if not parse_factor(checked):
        raise ZERO_RATIO.fault()
    return checked


def period(value: Any) -> str:
    """A first day, or a first and a last one with a slash between them."""
    first, slash, last = text(value).partition("/")
    begin, end = day(first), day(last) if slash else None
    if end is not None and end < begin:
        raise PERIOD_ENDS_FIRST.fault(value=text(value))
    return text(value)


def word(value: Any) -> str:
    """A word that a fact may be; a whole number may stand without quotes. The normal form is a text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)


def table_of(check_key: Check, check_value: Check, *, same: Callable[[str], Any] = str) -> Check:
    """A mapping of at least one row, each key once; keys are the same where `same` gives equal values."""

    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise NO_TABLE.fault()
        found: dict[str, Any] = {}
        for written, part in value.items():
            row = check_key(written)
            if any(same(row) == same(other) for other in found):
                raise REPEATED.fault(value=row)
            found[row] = check_value(part)
        if not found:
            raise TOO_FEW.fault(least=1)
        return found

    return check


def one_of(words: Iterable[str]) -> Check:
    """One word of a closed list."""
    allowed = tuple(words)

    def check(value: Any) -> str:
        if value not in allowed:
            near = difflib.get_close_matches(str(_present(value)), allowed, n=1)
            if near:
                raise MISSPELT_OPTION.fault(value=str(value), near=near[0], allowed=allowed)
            raise UNKNOWN_OPTION.fault(value=str(value), allowed=allowed)
        return str(value)

    return check


def list_of(check_one: Check, *, least: int = 0) -> Check:
    """A list whose elements pass `check_one` and do not repeat."""

    def check(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise NOT_LIST.fault()
        found = [check_one(part) for part in value]
        if len(found) < least:
            raise TOO_FEW.fault(least=least)
        for number_, part in enumerate(found):
            if part in found[:number_]:
                raise REPEATED.fault(value=str(part))
        return found

    return check


def texts_or_numbers(value: Any) -> list[Any]:
    """A non-empty list of texts or whole numbers, as the values of a test."""

    def one(part: Any) -> Any:
        return part if isinstance(part, int) and not isinstance(part, bool) else text(part)

    found: list[Any] = list_of(one, least=1)(value)
    return found


class Checker:
    """Collects the problems of one file while its sections are read. `sections` are those that places number."""

    def __init__(self, file: str, sections: Sequence[Any] = ()) -> None:
        self.file = file
        self.sections = sections
        self.problems: list[Problem] = []

    def add(self, at: Place, fault: Fault) -> None:
        """Note one problem."""
        self.problems.append(problem_at(self.sections, self.file, at, fault))

    def raise_problems(self) -> None:
        """Raise CatalogueError if there is any problem."""
        if self.problems:
            raise CatalogueError(tuple(self.problems))

    def fields(
        self, raw: Any, at: Place, *, required: Mapping[str, Check], optional: Mapping[str, Check] | None = None
    ) -> dict[str, Any] | None:
        """The checked fields of a mapping in the order of the declaration; None when the value is no mapping."""
        optional = optional or {}
        if not isinstance(raw, Mapping):
            self.add(at, NO_MAPPING.fault())
            return None
        allowed = [*required, *optional]
        for key in raw:
            if key not in allowed:
                near = difflib.get_close_matches(str(key), allowed, n=1)
                self.add(
                    (*at, key),
                    MISSPELT_KEY.fault(key=key, near=near[0], allowed=allowed)
                    if near
                    else UNKNOWN_KEY.fault(key=key, allowed=allowed),
                )
        found: dict[str, Any] = {}
        for key, check in (*required.items(), *optional.items()):
            if key not in raw:
                if key in required:
                    self.add((*at, key), MISSING.fault(key=key))
                continue
            try:
                found[key] = check(raw[key])
            except Fault as fault:
                self.add((*at, key), fault)
        return found

    def elements(self, raw: Any, at: Place) -> list[tuple[Any, Place]]:
        """The elements of a list, each with its place; none for null, or for what is no list, which is noted."""
        if raw is None:
            return []
        if not isinstance(raw, list):
            self.add(at, NOT_LIST.fault())
            return []
        return [(part, (*at, number)) for number, part in enumerate(raw)]
