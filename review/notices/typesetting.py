"""Chinese paragraphs as lines with both edges straight: WeasyPrint justifies Latin text only.

A line is so many characters wide (em). Numbers stay with their unit, no closing mark begins a line and no opening
mark ends one (GB/T 15834 5.1.10); what is missing at the right is spread after the Chinese characters of the line,
and what is too much is taken out of the empty halves of its marks. Marks beside one another give of these halves in
any case (GB/T 15834 5.1.11). The lines of a paragraph are chosen together, so that the widest spacing of any of them
is as small as can be.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise, starmap

# The measure of GB/T 9704: 28 characters of size 3 in 156 mm.
MEASURE = 28.0
# What a mark may give of its empty half, and how far characters may stand apart before a reader sees it.
SQUEEZE = 0.4
STRETCH = 0.1
HANG = 0.5
# By how much two marks stand closer than apart: `》（` have two empty halves between them, `）。` and `（《` one.
BETWEEN_HALVES = 0.5

OPENING = frozenset("（〔【《〈「『“‘")
CLOSING = frozenset("、，。．；：？！）〕】》〉」』”’")
NEVER_FIRST = CLOSING | frozenset("…—％%‰℃·～")
_UNITS = "万元|亿元|个月|个工作日|元|年|月|日|件|项|款|条|号|笔|个|％|%|天|人|次"
_ATOM = re.compile(
    rf"〔\d{{4}}〕\d+号|[￥¥]?\d[\d,]*(?:\.\d+)?(?:(?:{_UNITS})|(?![A-Za-z0-9]))|[!-~]*[0-9A-Za-z][!-~]*|——|……|\s|.",
    re.DOTALL,
)
# A word without a space that is longer than this may be divided (numbers of contracts, addresses of pages), where
# the line would otherwise be stretched for all to see.
_LONGEST_WORD = 8
_DIVIDED, _AFTER_STROKE = 12.0, 4.0
_FIRST_WIDE = "\u2010"
_NO_LINE = float("inf")
# What it costs to spread a line's space over its Latin letters and figures, too: by a little, less than to divide a
# word; by so much that it is seen, more.
_SPREAD, _SPREAD_SEEN = 6.0, 16.0
# A space divides Latin words, whatever stands before it.
_SPACE = '<span class="space"> </span>'
# A last line of fewer characters than this, its marks not counted, is not left alone if a little spacing avoids it.
_SHORTEST, _LONE = 3, 4.0
# Lines emptier than this are not looked at.
_LOOSEST = 0.7


@dataclass(frozen=True, slots=True)
class ComposedLine:
    """A line's text, and the space in em to add after each of its characters."""

    text: str
    spacing: tuple[float, ...]


@dataclass(slots=True)
class _Atom:
    """What is not divided: a character, or a number with its unit. `penalty` is for beginning a line with it."""

    text: str
    width: float
    penalty: float = 0.0


def compose(
    text: str, width: Callable[[str], float], *, measure: float = MEASURE, indent: float = 2.0
) -> list[ComposedLine]:
    """The lines of a paragraph, the first `indent` em shorter than `measure`."""
    atoms = _atoms(text, width)
    best, before = _choose(atoms, measure, indent)
    if best[-1] == _NO_LINE:
        # No way without dividing what should stay whole: divide everything.
        atoms = [_Atom(char, width(char)) for char in text]
        best, before = _choose(atoms, measure, indent)
    bounds = [len(atoms)]
    while bounds[-1]:
        bounds.append(before[bounds[-1]])
    bounds.reverse()
    lines = []
    for start, end in pairwise(bounds):
        line = "".join(atom.text for atom in atoms[start:end]).rstrip()
        length = measure - (indent if not start else 0.0)
        lines.append(_spaced(line, width(line), length, last=end == len(atoms)))
    return lines


def _atoms(text: str, width: Callable[[str], float]) -> list[_Atom]:
    found: list[_Atom] = []
    for part in _ATOM.findall(text):
        if len(part) > _LONGEST_WORD and part.isascii():
            found += [_Atom(char, width(char), penalty=_penalty(part, at)) for at, char in enumerate(part)]
        else:
            found.append(_Atom(part, width(part)))
    for first, second in pairwise(found):
        if second.text[0] in NEVER_FIRST or second.text.isspace() or first.text[-1] in OPENING:
            second.penalty = _NO_LINE
        elif first.text[-1] in "年月" and second.text[-1] in "月日":
            second.penalty = 0.5
    return found


def _penalty(word: str, at: int) -> float:
    """For beginning a line with this character of a long word.

    A hyphen at a line's end would seem to be the line's, and one or two letters alone are read as a word.
    """
    if not at:
        return 0.0
    if word[at - 1] == "-":
        return _NO_LINE
    if word[at - 1] == "/":
        return _AFTER_STROKE
    return _DIVIDED if 3 <= at <= len(word.rstrip("),.;:")) - 3 else 2 * _DIVIDED


def _choose(atoms: list[_Atom], measure: float, indent: float) -> tuple[list[float], list[int]]:
    """For each number of atoms, the least cost of setting them in lines, and where the last of these begins."""
    size = len(atoms)
    closer = [0.0, *(_closer(first.text[-1], second.text[0]) for first, second in pairwise(atoms))]
    widths = [atom.width + by for atom, by in zip(atoms, closer, strict=True)]
    # The space that ends a line is not drawn.
    tails = [atom.width if atom.text.isspace() else 0.0 for atom in atoms]
    gaps_in = [sum(_stretches(char) for char in atom.text) for atom in atoms]
    gives = [_give(atom.text) + by for atom, by in zip(atoms, closer, strict=True)]
    # The first mark of a line has nothing before it to come closer to.
    first_gives = [_give(atom.text[1:]) if atom.text[0] in OPENING else _give(atom.text) for atom in atoms]
    penalties = [*(atom.penalty for atom in atoms), 0.0]
    closes = [atom.text[-1] in CLOSING for atom in atoms]
    wide = [_stretches(atom.text[-1]) for atom in atoms]
    letters = [sum(char not in NEVER_FIRST and char not in OPENING for char in atom.text) for atom in atoms]
    best, before = [0.0] + [_NO_LINE] * size, [0] * (size + 1)
    for start in range(size):
        if best[start] == _NO_LINE:
            continue
        length = measure - (indent if not start else 0.0)
        width, gaps, give, said, size_of = -closer[start], 0, first_gives[start] - gives[start], 0, -1
        for end in range(start, size):
            width += widths[end]
            gaps += gaps_in[end]
            give += gives[end]
            said += letters[end]
            size_of += len(atoms[end].text)
            if width - give - HANG > length:
                break
            if (width < _LOOSEST * length and end + 1 < size) or penalties[end + 1] == _NO_LINE:
                continue
            slack = length - width + tails[end]
            cost = (
                best[start]
                + penalties[end + 1]
                + (_LONE if end + 1 == size and start and said < _SHORTEST else 0.0)
                + _cost(slack, max(gaps - wide[end], 1), size_of, give, closes=closes[end], last=end + 1 == size)
            )
            if cost < best[end + 1]:
                best[end + 1], before[end + 1] = cost, start
    return best, before


def _give(text: str) -> float:
    return SQUEEZE * sum(char in CLOSING or char in OPENING for char in text)


def _stretches(char: str) -> bool:
    return char >= _FIRST_WIDE or char == " "


def _closer(first: str, second: str) -> float:
    """What is added (em, 0 or less) between two characters wherever they stand beside one another in a line."""
    if first in CLOSING and second in OPENING:
        return -BETWEEN_HALVES
    return -SQUEEZE if (first in CLOSING and second in CLOSING) or (first in OPENING and second in OPENING) else 0.0


def _cost(slack: float, gaps: int, all_gaps: int, give: float, *, closes: bool, last: bool) -> float:
    """What a line costs that lacks `slack` em, and whose marks can give `give` em.

    It has `gaps` for space after Chinese characters, `all_gaps` after any.
    """
    if slack >= -1e-6:
        chinese, every = (slack / max(count, 1) / STRETCH for count in (gaps, all_gaps))
        return 0.0 if last else min(chinese**3 * 4, _SPREAD + every**3 * _SPREAD_SEEN)
    # The last mark's own half cannot be taken out of the line; it may stand beyond the edge instead.
    inside = give - (SQUEEZE if closes else 0.0)
    if -slack <= inside:
        return 0.2 + (slack / inside) ** 2
    return 2.0 if closes and -slack <= inside + HANG else _NO_LINE


def _spaced(text: str, width: float, length: float, *, last: bool) -> ComposedLine:
    """A line `width` em wide, with the space after each character that brings its last one to the edge."""
    spacing = [*starmap(_closer, pairwise(text)), 0.0]
    slack = length - width - sum(spacing)
    if slack >= 0:
        places = [at for at, char in enumerate(text[:-1]) if _stretches(char)]
        if last or not text:
            return ComposedLine(text, tuple(spacing))
        if not places or slack / len(places) > STRETCH:
            # Where Chinese characters alone would stand visibly apart, the others share in it.
            places = list(range(len(text) - 1))
        for at in places:
            spacing[at] += slack / len(places)
        return ComposedLine(text, tuple(spacing))
    # A mark between two marks gives for both; what it has given already is gone.
    left = [SQUEEZE * ((text[at] in CLOSING) + (text[at + 1] in OPENING)) + spacing[at] for at in range(len(text) - 1)]
    part = max(slack / (sum(left) or 1.0), -1.0)
    return ComposedLine(text, tuple(by + part * give for by, give in zip(spacing, [*left, 0.0], strict=True)))


def line_to_html(line: ComposedLine) -> str:
    """A line with its spacing as spans."""
    found = []
    spaced = zip(line.text, line.spacing, strict=True)
    for spacing, run in groupby(spaced, key=lambda pair: round(pair[1], 4)):
        text = escape("".join(char for char, _ in run), quote=False).replace(" ", _SPACE)
        found.append(f'<span style="letter-spacing:{spacing}em">{text}</span>' if spacing else text)
    return "".join(found)
