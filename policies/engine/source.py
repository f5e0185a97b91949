"""Catalogue texts: a safe, strict reading of YAML that remembers the line of every key.

Only mappings, sequences, strings, whole numbers, true/false and null exist. Anchors, tags, duplicate keys and floats
are refused: a rule has one meaning, and money is a quoted decimal string.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from policies.engine.errors import CatalogueError, Problem

_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
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
        self.events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)

    def refuse(self, event: Any, path: str, message: str, remedy: str) -> CatalogueError:
        return CatalogueError((Problem(self.name, _line_of(event), path, message, remedy),))

    def documents(self) -> list[Any]:
        found = []
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                first = next(self.events)
                found.append(self.value(first, ""))
        return found

    def value(self, event: Any, path: str) -> Any:
        if isinstance(event, yaml.AliasEvent):
            raise self.refuse(event, path, "不支持引用（*别名）", "请把内容原样写出")
        if event.anchor is not None:
            raise self.refuse(event, path, "不支持锚点（&名称）", "请删除锚点并把内容原样写出")
        if event.tag is not None and not (isinstance(event, yaml.ScalarEvent) and event.tag == "!"):
            raise self.refuse(event, path, f"不支持标签 {event.tag}", "请删除标签")
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, path)
        return self.scalar(event, path)

    def mapping(self, start: Any, path: str) -> Mapping:
        found = Mapping(_line_of(start))
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise self.refuse(event, path, "键必须是一个名称", "请把键写成单个名称")
            key = event.value
            where = f"{path}.{key}" if path else key
            if key in found:
                first = found.lines[key]
                raise self.refuse(event, where, f"键 {key} 重复（第 {first} 行已有）", "请只保留一个")
            found.lines[key] = _line_of(event)
            found[key] = self.value(next(self.events), where)
        return found

    def sequence(self, start: Any, path: str) -> Sequence:
        found = Sequence(_line_of(start))
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.lines.append(_line_of(event))
            found.append(self.value(event, f"{path}[{len(found)}]"))
        return found

    def scalar(self, event: Any, path: str) -> str | int | bool | None:
        text: str = event.value
        if event.style or not event.implicit[0]:
            return text
        lowered = text.lower()
        if lowered in _WORDS:
            return _WORDS[lowered]
        if lowered in _AMBIGUOUS:
            raise self.refuse(event, path, f"{text} 的含义不明确", f'请写 true/false，或加引号写成 "{text}"')
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            raise self.refuse(event, path, f"小数 {text} 没有加引号", f'请写成带引号的 "{text}"')
        return text


def read_source(text: str, name: str) -> list[Any]:
    """All YAML documents of `text`; raises CatalogueError with `name` and the line."""
    try:
        return _Reader(text, name).documents()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 0
        problem = Problem(name, line, "", f"不是合法的 YAML：{error.problem}", "请检查缩进、冒号和引号")
        raise CatalogueError((problem,)) from error
    except yaml.reader.ReaderError as error:
        problem = Problem(name, 0, "", "含有不能出现的字符", "请以 UTF-8 保存并删除控制字符")
        raise CatalogueError((problem,)) from error
