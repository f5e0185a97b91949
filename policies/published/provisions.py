"""A document's own text taken apart as such documents count: parts, articles, paragraphs, items, sentences. Pure.

A document either has articles (第一条), whose paragraphs are 款 and whose （一） are 项, or an outline (一、（一）1.),
of which the numbers that run on from part to part are its articles. Lines that a page broke are joined first: where
the text shows by two blanks which lines begin a paragraph, a full line goes on in the next line that has none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Self

from portal.core.citations import NUMERAL, chinese_number, number_of

# Marks of a level, the outer first. The first group is the number.
_LEVELS = {
    "part": re.compile(rf"第({NUMERAL})[编章节部]分?\s*"),
    "article": re.compile(rf"第({NUMERAL})条\s*"),
    "section": re.compile(r"([一二三四五六七八九十]{1,3})、\s*"),
    "bracket": re.compile(r"[（(]([一二三四五六七八九十]{1,3})[）)]\s*"),
    "number": re.compile(r"(\d{1,2})[.．、](?!\d)\s*"),
    "digit": re.compile(r"[（(](\d{1,2})[）)]\s*"),
}
_STOPS, _CLOSERS = "。；：！？;:!?", "”）)】》"
_ENDS = _STOPS + _CLOSERS
_INDENT = "\u3000\u3000"
# A line is full that reaches so many hundredths of the width of the text: no word is divided to fill it.
_FULL = 85
# A text with fewer full lines than one of so many was not broken by pages.
_ONE_OF = 4
# A line of so many characters that ends in the middle of a sentence was broken by its page.
_BROKEN = 18
_SENTENCE = re.compile(r"[^。；！？]*[。；！？][”」）)]*|[^。；！？]+$")
_MARKUP = re.compile(r"^\s*(?:#{1,6}\s+|-{3,}\s*$)|\*{2,3}")
_BLANK = re.compile(r"[\s\u3000]+")
# How a document's last words begin, which belong to none of its articles.
_CLOSING = re.compile(r"本(?:政策|意见|政策意见|办法|措施|文件|规定|方案|细则|通知)[^。]{0,12}自")
BEFORE, AFTER = "序言", "末段"
# What is no word of the document: a page's number.
_PAGE = re.compile(r"[-—－–]?\s*\d{1,3}\s*[-—－–]?")


@dataclass(frozen=True)
class Passage:
    """One sentence: its number in the document, where it stands, and whether it is a heading."""

    number: int
    place: str
    text: str
    is_heading: bool

    @property
    def key(self) -> str:
        """The words without what a page puts between them; what a citation of the sentence is kept by."""
        return key_of(self.text)


@dataclass(frozen=True)
class Unit:
    """The sentences of one place, such as an item of an article."""

    place: str
    passages: tuple[Passage, ...]

    @property
    def is_heading(self) -> bool:
        return all(passage.is_heading for passage in self.passages)


def key_of(words: str) -> str:
    """Words without blanks."""
    return _BLANK.sub("", words)


@lru_cache(maxsize=32)
def read_units(text: str) -> tuple[Unit, ...]:
    """The units of a document's text in their order, each with its sentences."""
    paragraphs = [(paragraph, _mark(paragraph)) for paragraph in _paragraphs(text)]
    places = _Places([mark for _, mark in paragraphs])
    units: list[Unit] = []
    number = 0
    for paragraph, mark in paragraphs:
        place = places.of(mark, paragraph)
        is_heading = len(paragraph) <= 2 * _BROKEN and paragraph[-1] not in _ENDS and "。" not in paragraph
        passages = []
        for sentence in _sentences(paragraph):
            passages.append(Passage(number, place, sentence, is_heading))
            number += 1
        if units and units[-1].place == place and not is_heading and not units[-1].is_heading:
            units[-1] = Unit(place, (*units[-1].passages, *passages))
        else:
            units.append(Unit(place, tuple(passages)))
    return tuple(units)


def passages_of(text: str) -> Iterator[Passage]:
    """Every sentence of a document's text."""
    return (passage for unit in read_units(text) for passage in unit.passages)


def places_of(passages: Iterable[Passage]) -> str:
    """Where sentences stand, each place once: what an item that rests on them cites."""
    return "；".join(dict.fromkeys(passage.place for passage in passages if passage.place))


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs, those that a page broke joined again."""
    raws = [_MARKUP.sub("", raw).rstrip() for raw in text.replace("\r", "\n").split("\n")]
    lines = [raw for raw in raws if raw.strip() and not _PAGE.fullmatch(raw.strip())]
    layout = _Layout.of(lines)
    held, last = "", ""
    for raw in lines:
        line = raw.strip()
        if held and not raw.startswith(_INDENT) and layout.goes_on(held, line, last=last):
            held += line
        else:
            if held:
                yield held
            held = line
        last = raw
    if held:
        yield held


@dataclass(frozen=True)
class _Layout:
    """How a text is set: how wide its full lines are, whether pages broke them, and whether blanks begin paragraphs."""

    full: float
    is_broken: bool
    has_indents: bool

    @classmethod
    def of(cls, lines: Sequence[str]) -> Self:
        widths = sorted(map(_width, lines))
        full = widths[len(widths) * 9 // 10] * _FULL / 100 if lines else 0
        begins = [line.startswith(_INDENT) for line in lines if _mark(line.strip())]
        return cls(full, sum(width >= full for width in widths) * _ONE_OF >= len(widths), sum(begins) * 2 > len(begins))

    def goes_on(self, held: str, line: str, *, last: str) -> bool:
        """Whether a line without blanks before it goes on with the paragraph before it, of which `last` is a line."""
        is_marked, is_full = _mark(line) is not None, _width(last) >= self.full
        if self.is_broken and is_full:
            is_ended = held.rstrip(_CLOSERS)[-1:] in _STOPS
            return not (is_marked and is_ended) if self.has_indents else not (is_marked or is_ended)
        return not is_marked and held[-1] not in _ENDS and (len(held) >= _BROKEN if self.is_broken else is_full)


def _width(line: str) -> int:
    """The width of a line, in halves of a Chinese character."""
    return sum(1 if character.isascii() else 2 for character in line)


def _sentences(paragraph: str) -> list[str]:
    return [found.strip() for found in _SENTENCE.findall(paragraph) if found.strip()]


Mark = tuple[str, int]


def _mark(line: str) -> Mark | None:
    """The level and number with which a line begins."""
    for level, pattern in _LEVELS.items():
        if found := pattern.match(line):
            return level, number_of(found[1])
    return None


class _Places:
    """Says of each paragraph in turn where it stands."""

    def __init__(self, marks: Sequence[Mark | None]) -> None:
        self.has_articles = any(mark is not None and mark[0] == "article" for mark in marks)
        self.articles = "article" if self.has_articles else _running(marks)
        self.path: list[Mark] = []
        self.paragraph = 1
        self.left = sum(mark is not None for mark in marks)
        self.is_closing = False

    def of(self, mark: Mark | None, paragraph: str) -> str:
        """The place of the next paragraph."""
        order = list(_LEVELS)
        self.left -= mark is not None
        self.is_closing |= not self.left and mark is None and _CLOSING.match(paragraph) is not None
        if self.is_closing:
            return AFTER
        if mark is None:
            if not self.path:
                return BEFORE
            if self.has_articles and self.path and self.path[-1][0] in ("article", "bracket", "number"):
                self.path = [one for one in self.path if order.index(one[0]) <= order.index("article")]
                self.paragraph += 1
        else:
            if mark[0] == self.articles:
                self.paragraph = 1
            self.path = [one for one in self.path if order.index(one[0]) < order.index(mark[0])] + [mark]
        return self._text()

    def _text(self) -> str:
        """The path in words; what stands above an article is not part of its place, as articles run on."""
        levels = [level for level, _ in self.path]
        path = self.path[levels.index(self.articles) :] if self.articles in levels else self.path
        text = "".join(self._word(level, number) for level, number in path)
        if self.has_articles and self.paragraph > 1 and path and path[0][0] == "article":
            article, rest = self._word(*path[0]), "".join(self._word(*one) for one in path[1:])
            text = f"{article}第{self.paragraph}款{rest}"
        return text

    def _word(self, level: str, number: int) -> str:
        counted = chinese_number(number)
        if level == self.articles:
            return f"第（{counted}）条" if level == "bracket" else f"第{counted}条"
        if self.has_articles:
            return {"part": "", "section": "", "bracket": f"第{number}项", "number": f"第{number}目"}.get(level, "")
        words = {"part": f"第{counted}部分", "section": f"第{counted}部分", "bracket": f"（{counted}）"}
        return words.get(level, f"第{number}项" if level == "number" else f"（{number}）")


def _running(marks: Sequence[Mark | None]) -> str:
    """The level whose numbers run on through all parts of an outline, "" where each part begins anew."""
    for level in ("number", "bracket"):
        numbers = [mark[1] for mark in marks if mark is not None and mark[0] == level]
        if len(numbers) > 2 and all(after == before + 1 for before, after in pairwise(numbers)):
            return level
    return ""
