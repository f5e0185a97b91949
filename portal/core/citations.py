"""How Chinese documents count and cite their articles: numerals, and a place as printed. Pure.

Source: 立法技术规范（试行）（一） (2009): 条, 款 (a paragraph of an article), 项 (（一）), 目 (1.).
"""

import re

DIGITS = "零一二三四五六七八九"
# What stands for a number from 1 to 99 in a pattern.
NUMERAL = r"(?:[一二三四五六七八九十]{1,3}|\d{1,2})"
_UNIT = re.compile(r"第\s*(\d+)\s*([条款项目])")
_SENTENCE = re.compile(r"第\s*[\d一二三四五六七八九十]+\s*句")


def chinese_number(number: int) -> str:
    """A number from 1 to 99 as laws count their articles: 一, 十, 十一, 二十."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else ("十" if tens == 1 else f"{DIGITS[tens]}十")
    return head + (DIGITS[ones] if ones or not tens else "")


def number_of(numeral: str) -> int:
    """The number of a NUMERAL, in Chinese or in digits; 0 for what is none."""
    if numeral.isdecimal():
        return int(numeral)
    return next((number for number in range(1, 100) if chinese_number(number) == numeral), 0)


def citation(article: str) -> str:
    """An article as Chinese documents cite it: `第一条第1款第1项` becomes `第一条第一款第（一）项`.

    A sentence is no unit of a Chinese document, so that it is left out.
    """

    def unit(found: re.Match[str]) -> str:
        number = chinese_number(int(found[1]))
        return f"第（{number}）项" if found[2] == "项" else f"第{number}{found[2]}"

    return _UNIT.sub(unit, _SENTENCE.sub("", article)).replace("号 ", "号").strip()
