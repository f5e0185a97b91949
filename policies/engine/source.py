"""Catalogue texts: a safe, strict reading of YAML that remembers the line of every key.

Only mappings, sequences, strings, whole numbers, true/false and null exist. Anchors, tags, duplicate keys and floats
are refused: a rule has one meaning, and money is a quoted decimal string.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from policies.engine.errors import CatalogueError
from policies.engine.problems import Fault, Place, Problem, problem_code

_NOT_HERE = "这份文本无法读取，请检查后重新上传。"
ALIAS = problem_code("alias", "不支持引用（*别名）", "请把内容原样写出", form=_NOT_HERE)
ANCHOR = problem_code("anchor", "不支持锚点（&名称）", "请删除锚点并把内容原样写出", form=_NOT_HERE)
TAG = problem_code("tag", "不支持标签 {tag}", "请删除标签", form=_NOT_HERE)
NOT_A_KEY = problem_code("not_a_key", "键必须是一个名称", "请把键写成单个名称", form=_NOT_HERE)
KEY_TWICE = problem_code(
    "key_twice", "键 {key} 重复（第 {first} 行已有）", "请只保留一个", form="“{key:key}”重复，请只保留一个。"
)
AMBIGUOUS = problem_code(
    "ambiguous", "{text} 的含义不明确", '请写 true/false，或加引号写成 "{text}"', form="“{text}”的含义不明确，请改写。"
)
BARE_DECIMAL = problem_code(
    "bare_decimal", "小数 {text} 没有加引号", '请写成带引号的 "{text}"', form="小数“{text}”的写法不对，请重新填写。"
)
TOO_LONG_A_NUMBER = problem_code(
    "too_long_a_number", "数字太长", "请改成 18 位以内的整数", form="数字太长，请改成 18 位以内的整数。"
)
NOT_YAML = problem_code("not_yaml", "不是合法的 YAML：{reason}", "请检查缩进、冒号和引号", form=_NOT_HERE)
BAD_CHARACTER = problem_code(
    "bad_character",
    "含有不能出现的字符",
    "请以 UTF-8 保存并删除控制字符",
    form="含有不能出现的字符，请删除后重新填写。",
)

_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_LONGEST_INTEGER = 18
_FLOAT = re.compile(
    r"[+-]?(?:[0-9][0-9_]*)?\.[0-9_]*(?:[eE][+-]?[0-9]+)?|[+-]?\.(?:inf|nan)|[0-9]+[eE][+-]?[0-9]+", re.IGNORECASE
)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_AMBIGUOUS = {"yes", "no", "on", "off", "y", "n"}


class Mapping(dict[str, Any]):
    """A mapping that knows the line it begins on and the line of each key."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Sequence(list[Any]):
    """A sequence that knows the line it begins on and the line of each element."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def _line_of(event: Any) -> int:
    return int(event.start_mark.line) + 1


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.section = 0
        self.events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)

    def refuse(self, event: Any, at: Place, fault: Fault) -> CatalogueError:
        return CatalogueError((Problem(fault, self.name, self.section, "", at, _line_of(event)),))

    def documents(self) -> list[Any]:
        found: list[Any] = []
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.section = len(found)
                found.append(self.value(next(self.events), ()))
        return found

    def value(self, event: Any, at: Place) -> Any:
        if isinstance(event, yaml.AliasEvent):
            raise self.refuse(event, at, ALIAS.fault())
        if event.anchor is not None:
            raise self.refuse(event, at, ANCHOR.fault())
        if event.tag is not None and not (isinstance(event, yaml.ScalarEvent) and event.tag == "!"):
            raise self.refuse(event, at, TAG.fault(tag=event.tag))
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(event, at)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, at)
        return self.scalar(event, at)

    def mapping(self, start: Any, at: Place) -> Mapping:
        found = Mapping(_line_of(start))
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise self.refuse(event, at, NOT_A_KEY.fault())
            key = event.value
            if key in found:
                raise self.refuse(event, (*at, key), KEY_TWICE.fault(key=key, first=found.lines[key]))
            found.lines[key] = _line_of(event)
            found[key] = self.value(next(self.events), (*at, key))
        return found

    def sequence(self, start: Any, at: Place) -> Sequence:
        found = Sequence(_line_of(start))
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.lines.append(_line_of(event))
            found.append(self.value(event, (*at, len(found))))
        return found

    def scalar(self, event: Any, at: Place) -> str | int | bool | None:
        text: str = event.value
        if event.style or not event.implicit[0]:
            return text
        lowered = text.lower()
        if lowered in _WORDS:
            return _WORDS[lowered]
        if lowered in _AMBIGUOUS:
            raise self.refuse(event, at, AMBIGUOUS.fault(text=text))
        if _INTEGER.fullmatch(text):
            if len(text.lstrip("+-")) > _LONGEST_INTEGER:
                raise self.refuse(event, at, TOO_LONG_A_NUMBER.fault())
            return int(text)
        if _FLOAT.fullmatch(text):
            raise self.refuse(event, at, BARE_DECIMAL.fault(text=text))
        return text


def read_source(text: str, name: str) -> list[Any]:
    """All YAML documents of `text`; raises CatalogueError with `name` and the line."""
    try:
        return _Reader(text, name).documents()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 0
        raise CatalogueError((Problem(NOT_YAML.fault(reason=str(error.problem)), name, line=line),)) from error
    except yaml.reader.ReaderError as error:
        raise CatalogueError((Problem(BAD_CHARACTER.fault(), name),)) from error
