"""Text as people meant it: without characters that nobody sees, and read in one form. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from itertools import groupby
from typing import Any

# Joiners shape Arabic, Indic and other scripts and pictures; between Chinese or Latin characters they are invisible.
_JOINERS = "\u200c\u200d"
# Letters by category that show nothing: fillers of Hangul, and the empty pattern of Braille.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5")
# They choose another form of the character before them: of a symbol the last two, the others of a letter that has some.
_SYMBOL_SELECTORS = "\ufe0e\ufe0f"
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_KEPT_CONTROLS = "\t\n\r"
_LINE_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_SPACES = re.compile(r"\s+")
_BESIDE_CHINESE = re.compile(r"(?<=[^!-~])\s+|\s+(?=[^!-~])")
_BAD_IN_ADDRESSES = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def closed_up(text: str) -> str:
    """The text without the spaces that people type beside Chinese characters, as documents print it."""
    return _BESIDE_CHINESE.sub("", text)


def visible(text: str) -> str:
    """The text without control characters, lone surrogates and format characters (Unicode Cf, e.g. U+200B, U+202E).

    Line breaks and tabs stay; so do joiners inside a script or a picture that needs them, and selectors of a form
    behind a character that has several.
    """
    if text.isprintable() and _BLANK.isdisjoint(text) and _SELECTORS.isdisjoint(text):
        return text
    return "".join(character for at, character in enumerate(text) if _is_kept(text, at, character))


def _is_kept(text: str, at: int, character: str) -> bool:
    if character in _JOINERS:
        return _takes_joiners(text[at - 1 : at]) and _takes_joiners(text[at + 1 : at + 2])
    if character in _SELECTORS:
        return _takes_selector(text[at - 1 : at], character)
    return character not in _BLANK and (
        character in _KEPT_CONTROLS or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )


def _takes_selector(before: str, selector: str) -> bool:
    """Whether a selector of a form can show behind this character."""
    if selector in _SYMBOL_SELECTORS:
        return unicodedata.category(before) in ("So", "Sm", "Po", "Nd") if before else False
    return before > "\u036f" and before.isalpha()


def _takes_joiners(neighbour: str) -> bool:
    """Whether a joiner beside this character can show: not beside Latin, CJK or nothing."""
    return (
        bool(neighbour)
        and neighbour > "\u036f"
        and not neighbour.isspace()
        and not unicodedata.name(neighbour, "").startswith(("CJK", "ZERO WIDTH", "FULLWIDTH"))
        and unicodedata.category(neighbour) not in ("Cc", "Cf", "Cs", "Po", "Ps", "Pe")
    )


def single_line(text: str) -> str:
    """A name or title: visible, its line breaks as spaces, composed (NFC), without spaces around it."""
    return unicodedata.normalize("NFC", _LINE_BREAKS.sub(" ", visible(text))).strip()


def half_width(text: str) -> str:
    """Half-width (NFKC), with the digits of every script as 0 to 9.

    Numerals such as ², ① and ½ stay: made digits, they would run on into the number before them.
    """
    if text.isascii():
        return text
    parts = (
        "".join(part) if is_numeral else unicodedata.normalize("NFKC", "".join(part))
        for is_numeral, part in groupby(text, lambda character: unicodedata.category(character) == "No")
    )
    return "".join(str(unicodedata.decimal(c)) if c > "9" and c.isdecimal() else c for c in "".join(parts))


def tidy(text: str) -> str:
    """Half-width, visible, with single spaces: for numbers and codes whose spaces tell words apart."""
    return _SPACES.sub(" ", half_width(visible(text))).strip()


def compact(text: str) -> str:
    """Half-width, visible, without any space: for numbers and codes."""
    return _SPACES.sub("", half_width(visible(text)))


def is_unfit_for_address(text: str) -> bool:
    """Whether a part of an address holds what none can hold: control characters (NUL) or half a character."""
    return bool(_BAD_IN_ADDRESSES.search(text))


def visible_values(value: Any) -> Any:
    """A JSON document with all its texts visible, keys too. Raises RecursionError where it is nested too deeply."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {visible(key): visible_values(inner) for key, inner in value.items()}
    return [visible_values(inner) for inner in value] if isinstance(value, list) else value
