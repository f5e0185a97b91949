"""Authored sections as YAML text and back. Pure: a draft's text is what its publication is made of.

A section is what stands between two `---`. Whatever is written is read back as the same structure by the engine's
strict reader: words that it would take for a number, a date or a truth value are quoted. Comments are not kept.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import yaml

from policies.engine.errors import CatalogueError
from policies.engine.problems import Fault, Problem, problem_code
from policies.engine.source import read_source

DIVIDER = "---\n"
# Kinds of sections by the key that each of them has; an item may have `settings` too, so it comes first.
DOCUMENT, SETTINGS, ITEM, RULE = "document", "settings", "item", "rule"
KINDS = (DOCUMENT, ITEM, RULE, SETTINGS)
_WIDTH = 120
_NOT_HERE = "这份文本不是一份政策文件，请检查后重新上传。"
TOO_DEEP = problem_code("too_deep", "括号或缩进套得太深", "请减少层次", form=_NOT_HERE)
NO_SECTION = problem_code("no_section", "这一段不是文件、设置、事项或规则", "请以 {kinds} 之一开头", form=_NOT_HERE)
ONE_HEAD = problem_code(
    "one_head", "文件的第一段、也只有第一段是 document", "请先写明文件本身，再写各事项", form=_NOT_HERE
)
NO_CONTENT = problem_code("no_content", "没有内容", "请粘贴或上传一份政策文件的 YAML", form="没有内容，请先填写。")


class _Dumper(yaml.CSafeDumper):
    """Block style outside, flow style for what has no inner parts; no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write_text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = None if _reads_as_text(value) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


@lru_cache(maxsize=4096)
def _reads_as_text(value: str) -> bool:
    """Whether the strict reader takes the bare word for a text; what only quotes can hold, the writer quotes itself."""
    if not value.isascii() or "\n" in value:
        return True
    try:
        return bool(read_source(value, "") == [value])
    except (ValueError, RecursionError):
        return False


class _Block(dict[str, Any]):
    """A mapping that is written one key a line, even where all its values are simple."""


def _write_block(dumper: _Dumper, value: _Block) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=False)


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(_Block, _write_block)


def write_sections(sections: Sequence[Mapping[str, Any]]) -> str:
    """The YAML text of a document's sections."""
    return DIVIDER.join(write_section(section) for section in sections)


def write_section(section: Mapping[str, Any]) -> str:
    """The YAML text of one section."""
    block = _Block(plain(section))
    if isinstance(block.get(DOCUMENT), dict):
        block[DOCUMENT] = _Block(block[DOCUMENT])
    text: str = yaml.dump(
        block, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH, default_flow_style=None
    )
    return text


def read_sections(text: str, *, name: str) -> list[dict[str, Any]]:
    """The sections of a YAML text, the document's head first.

    Raises CatalogueError with the line where it is no YAML, or where a section is none that a document has. What a
    section says is not judged here.
    """
    try:
        found = read_source(text, name)
    except RecursionError:
        raise _refusal(name, TOO_DEEP.fault()) from None
    for number, section in enumerate(found):
        line = getattr(section, "line", 0)
        if not isinstance(section, dict) or kind_of(section) == "":
            raise _refusal(name, NO_SECTION.fault(kinds=list(KINDS)), number, line)
        if (kind_of(section) == DOCUMENT) != (number == 0):
            raise _refusal(name, ONE_HEAD.fault(), number, line)
    if not found:
        raise _refusal(name, NO_CONTENT.fault())
    sections: list[dict[str, Any]] = plain(found)
    return sections


def _refusal(name: str, fault: Fault, section: int | None = None, line: int = 0) -> CatalogueError:
    return CatalogueError((Problem(fault, name, section, line=line),))


def plain(value: Any) -> Any:
    """A copy out of plain lists and dictionaries, without remembered lines and without NUL, which no database keeps."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value.replace("\0", "") if isinstance(value, str) else value


def kind_of(section: Mapping[str, Any]) -> str:
    """Which kind of section it is, "" where it is none."""
    return next((kind for kind in KINDS if kind in section), "")


def name_of(section: Mapping[str, Any]) -> str:
    """The id that a section is about: an item's, a rule's, the document's, or "settings"."""
    kind = kind_of(section)
    if kind == DOCUMENT:
        head = section[DOCUMENT]
        return str(head.get("id", "")) if isinstance(head, dict) else ""
    return SETTINGS if kind == SETTINGS else str(section.get(kind, ""))
