"""Which characters the notices' fonts draw: asked when a text is typed, and again when it is printed.

The fonts' own tables say it, in a file that `manage.py build_fonts` writes beside them. Where no fonts were built,
nothing can be printed and nothing is refused.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError

# Of the folder of fonts in use: ranges of code points, one in a line, as hexadecimal numbers.
COVERAGE = "coverage.txt"
# Printed in place of a character that no font draws.
STAND_IN = "〓"
_NAMED_AT_MOST = 5
# Every set of fonts has these (GBK); most texts hold nothing else.
_ALWAYS = re.compile(r"[\s!-~，。：；、（）《》〔〕\u4e00-\u9fa5]*")


def unprintable(text: str) -> list[str]:
    """The characters of a text that no font draws, each once, in their order."""
    if _ALWAYS.fullmatch(text):
        return []
    known = _coverage(Path(settings.NOTICE_FONTS_DIR))
    if known is None:
        return []
    return [char for char in dict.fromkeys(_composed(text)) if ord(char) not in known and not char.isspace()]


def with_stand_ins(text: str) -> str:
    """The text as it can be printed, with `STAND_IN` for what no font draws."""
    missing = unprintable(text)
    if not missing:
        return text
    return _composed(text).translate({ord(char): STAND_IN for char in missing})


def check_printable(text: str) -> None:
    """Refuse a form's text with characters that cannot be printed, by name, with the remedy: ValidationError.

    A Chinese character that no font draws yet is let through: it may be a person's name, which nobody can change. It
    is printed as `STAND_IN`, and the office is told.
    """
    if wrong := not_to_be_typed(text):
        raise ValidationError(wrong, code="unprintable")


def not_to_be_typed(text: str) -> str:
    """What is said of the characters in a text that no font draws, Chinese ones aside; "" where there are none."""
    wrong = [char for char in unprintable(text) if not is_ideograph(char)]
    return f"{named(wrong)} 无法印在通知书上。请删除，或换成汉字、字母、数字和常用标点。" if wrong else ""


def named(chars: list[str]) -> str:
    """Characters with their code points, as a person may look them up: “✔”（U+2714）."""
    shown = "、".join(
        f"“{char}”（U+{ord(char):04X}）" if char.isprintable() else f"U+{ord(char):04X}"
        for char in chars[:_NAMED_AT_MOST]
    )
    return shown if len(chars) <= _NAMED_AT_MOST else f"{shown} 等 {len(chars)} 个字符"


def is_ideograph(char: str) -> bool:
    """Whether it is a Chinese character: one of the unified ideographs, of planes 2 and 3 also those to come."""
    code = ord(char)
    return 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF or 0x20000 <= code < 0x3FFFE


def _composed(text: str) -> str:
    """The text in composed form and without variation selectors, which choose among shapes of one character."""
    plain = unicodedata.normalize("NFC", text)
    return "".join(char for char in plain if not (0xFE00 <= ord(char) <= 0xFE0F or 0xE0100 <= ord(char) <= 0xE01EF))


def _coverage(root: Path) -> frozenset[int] | None:
    try:
        return _read(root / (root / "current").read_text().strip() / COVERAGE)
    except OSError:
        return None


@lru_cache(maxsize=2)
def _read(path: Path) -> frozenset[int]:
    ranges = (line.split("-") for line in path.read_text().split())
    return frozenset(code for first, last in ranges for code in range(int(first, 16), int(last, 16) + 1))
