"""The closed language of texts that offices word themselves: plain text with named fields and conditions.

    {{ phone }}   {{ address|default:"见本机关网站" }}   {% if phone %}电话{{ phone }}{% else %}…{% endif %}

Nothing else of Django's template language is understood: one tag, one filter, and the caller's fields by their names
alone. A text reads no attribute, calls nothing, and includes and loads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from django.template import Context, Engine, Library, Template, TemplateSyntaxError
from django.template.base import Lexer, TokenType
from django.template.defaultfilters import default
from django.template.defaulttags import do_if

_FIELD = re.compile(r"(\w+)(\|default:\"[^\"{}%]*\")?")
_CONDITION = re.compile(r"(?:el)?if (?:not )?\w+(?: (?:and|or) (?:not )?\w+)*")
_CONDITION_WORDS = frozenset({"if", "elif", "not", "and", "or"})
_BARE = frozenset({"else", "endif"})


class WordingError(ValueError):
    """A text that the language does not have; the message is Chinese and says what to write instead."""


class _ClosedEngine(Engine):
    """Django's engine with one tag and one filter, and no loaders."""

    def __init__(self) -> None:
        super().__init__(autoescape=False, loaders=[])
        library = Library()
        library.tag("if", do_if)
        library.filter("default", default)
        self.template_builtins = [library]


_ENGINE = _ClosedEngine()


def fields_of(text: str, known: Collection[str]) -> set[str]:
    """The names of the fields that a text uses. Raises WordingError for what the language or `known` does not have."""
    used: set[str] = set()
    for token in Lexer(text).tokenize():
        if token.token_type == TokenType.VAR:
            found = _FIELD.fullmatch(token.contents)
            if found is None:
                raise WordingError(f"看不懂“{{{{ {token.contents} }}}}”：请只写字段的名称，如 {{{{ phone }}}}。")
            used.add(found[1])
        elif token.token_type == TokenType.BLOCK and token.contents not in _BARE:
            found = _CONDITION.fullmatch(token.contents)
            if found is None:
                raise WordingError(
                    f"看不懂“{{% {token.contents} %}}”：只能用 if、elif、else 和 endif，如 {{% if phone %}}。"
                )
            used |= set(token.contents.split()) - _CONDITION_WORDS
        elif token.token_type == TokenType.TEXT and re.search(r"\{[{%#]|[}%#]\}", token.contents):
            raise WordingError("有没有写完整的括号：字段写成 {{ phone }}，条件写成 {% if phone %}。")
        elif token.token_type == TokenType.COMMENT:
            raise WordingError("请删除注释：文字会原样印在通知书上。")
    for name in used:
        if name not in known:
            raise WordingError(f"没有字段“{name}”。可用的字段：{'、'.join(known)}。")
    try:
        _compiled(text)
    except TemplateSyntaxError as error:
        raise WordingError("条件没有写完整：每个 {% if %} 都要有 {% endif %}，顺序不能颠倒。") from error
    return used


def conditions_of(text: str) -> set[str]:
    """The names of the fields whose presence a checked text asks."""
    blocks = [token.contents for token in Lexer(text).tokenize() if token.token_type == TokenType.BLOCK]
    return {name for block in blocks if block not in _BARE for name in block.split()} - _CONDITION_WORDS


def said_by(text: str) -> str:
    """What a checked text says itself, its fields and conditions left out."""
    return "\n".join(token.contents for token in Lexer(text).tokenize() if token.token_type == TokenType.TEXT)


def fill(text: str, values: Mapping[str, str]) -> str:
    """A checked text with its fields filled."""
    return str(_compiled(text).render(Context(dict(values), autoescape=False)))


@lru_cache(maxsize=512)
def _compiled(text: str) -> Template:
    return Template(text, engine=_ENGINE)
