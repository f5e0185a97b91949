"""Full text of items: what is searched, in which words people ask for it, and where a word was found.

Texts are compared in one form: NFKC, case folded, without spaces and commas. A search is then the same plain
"contains" on every database, and Chinese needs no dictionary.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.engine import APPLICANT_KINDS, ITEM_KINDS, Item, amount_text, conditions_text
from policies.published.models import PolicyDocument, SupportItem
from policies.published.wording import amount_words
from portal.core.text import tidy

MAX_QUERY = 60
MAX_WORDS = 8
_SNIPPET = 80
_PASSED_OVER = re.compile(r"[\s,]+")

# Different words for one thing. Who asks for one of a group finds the others too.
_SYNONYMS = (
    ("贯标", "GB/T 29490", "ISO 56005", "知识产权管理体系", "合规管理体系"),
    ("质押融资", "质押贷款", "贷款贴息", "知识产权质押"),
    ("PCT", "海外专利", "国外专利", "境外专利", "国际专利"),
    ("马德里", "国际商标", "海外商标", "境外商标"),
    ("保险", "保费", "投保"),
    ("维权", "诉讼", "打官司", "侵权"),
    ("地理标志", "地标"),
    ("证券化", "ABS"),
    ("数据知识产权", "数据产权", "数据资产"),
    ("开放许可", "专利许可声明"),
    ("代理师", "代理人"),
    ("专利代理机构", "服务机构", "事务所"),
    ("年费", "维持费"),
    ("专利奖", "获奖专利"),
    ("补贴", "资助", "奖补", "奖励", "补助"),
)
# What people type for a word that texts write otherwise.
_SPELLINGS = dict(
    re.findall(
        r"(\S+)=(\S+)",
        """
        马得里=马德里 madrid=马德里 madeli=马德里 质压=质押 zhiya=质押 gbt=gb/t patent=专利 zhuanli=专利 faming=发明
        trademark=商标 shangbiao=商标 loan=贷款 daikuan=贷款 tiexi=贴息 insurance=保险 baoxian=保险 guanbiao=贯标
        weiquan=维权 haiwai=海外 nianfei=年费 dilibiaozhi=地理标志 zhishichanquan=知识产权 zizhu=资助 buzhu=补助
        butie=补贴 jiangli=奖励 shifan=示范 youshi=优势
        """,
    )
)
# What people type around a title or behind a question.
_MARKS = str.maketrans(dict.fromkeys('《》〈〉“”‘’「」『』"?!。！—·、；', " "))
_YEAR_IN_BRACKETS = re.compile(r"[\[(【{](\d{4})[\])】}]")


def fold(text: str) -> str:
    """The form in which texts are compared: half-width, lower case, without spaces and commas."""
    return _PASSED_OVER.sub("", unicodedata.normalize("NFKC", text).casefold())


# The longest first: `GB/T 29490` is one word, though people put a space into it.
_GROUP_OF = {
    fold(word): tuple(fold(other) for other in group) for group in _SYNONYMS for word in group
}  # fmt: skip
_SPACED = sorted((word for group in _SYNONYMS for word in group if " " in word), key=len, reverse=True)


def query_words(query: str) -> list[tuple[str, ...]]:
    """The words of a search, each with the other words for the same thing; all words must be found.

    Anything may be typed: what is too long is cut, what has no letter or digit says nothing.
    """
    text = tidy(query[:MAX_QUERY]).casefold().translate(_MARKS)
    for typed, written in _SPELLINGS.items():
        text = text.replace(typed, written)
    text = _YEAR_IN_BRACKETS.sub(r"〔\1〕", text)
    words: dict[str, None] = {}
    for phrase in _SPACED:
        spaced = phrase.casefold()
        if spaced in text:
            words[fold(phrase)] = None
            text = text.replace(spaced, " ")
    for part in text.split():
        if any(c.isalnum() for c in part):
            words[fold(part)] = None
    return [_GROUP_OF.get(word, (word,)) for word in list(words)[:MAX_WORDS]]


def loose_words(query: str) -> list[tuple[str, ...]]:
    """The words of a search that found nothing: known words are taken out of longer ones, as 补贴 out of 专利补贴."""
    words: dict[tuple[str, ...], None] = {}
    for group in query_words(query):
        rest = group[0]
        if len(group) > 1:
            words[group] = None
            continue
        for known in sorted(_GROUP_OF, key=len, reverse=True):
            if known in rest:
                words[_GROUP_OF[known]] = None
                rest = rest.replace(known, " ")
        # The year behind a standard's number says nothing where the texts name another edition.
        words |= {_near(part): None for part in rest.split() if len(part) > 1 and any(c.isalpha() for c in part)}
    return list(words)[:MAX_WORDS]


def _near(part: str) -> tuple[str, ...]:
    """A word of four to eight characters with its halves: one character of it may be mistyped."""
    half = len(part) // 2
    return (part, part[:half], part[-half:]) if 4 <= len(part) <= 8 and not part.isascii() else (part,)


# ---- what is searched -----------------------------------------------------------------------------


def search_parts(rules: Item, document: PolicyDocument) -> list[str]:
    """An item's texts as people read them: title, summary, then everything else a search may ask for."""
    amount = amount_words(rules)
    parts = [
        f"{document.title} {document.number} {rules.article}",
        ITEM_KINDS.get(rules.kind, ""),
        " ".join(filter(None, (amount.in_one_line, *amount.bounds))),
        amount_text(rules),
        *conditions_text(rules),
        "、".join(APPLICANT_KINDS[kind] for kind in rules.beneficiaries),
        *(f"材料：{wanted.label}{f'（{wanted.help}）' if wanted.help else ''}" for wanted in rules.evidence),
        *(f"填报：{words}" for words in _facts_text(rules)),
        *rules.notes,
    ]  # fmt: skip
    lines = [rules.title, rules.summary, *parts]
    # A line of the stored text is one part: none may hold a line break of its own.
    return [" ".join(line.split()) for line in lines[:2]] + [" ".join(line.split()) for line in lines[2:] if line]


def _facts_text(rules: Item) -> Iterator[str]:
    """What a claim must state; the values of a choice too, unless a condition names the one that counts."""
    tested = {condition.field for condition in rules.conditions}
    for fact in rules.facts:
        if fact.required:
            choices = [] if fact.name in tested else [label for _, label in fact.choices]
            yield " ".join([fact.label, *choices])


def index_items(document: PolicyDocument, rules: Sequence[Item]) -> None:
    """Keep what is searched of a document's items, where it is not what is kept already."""
    rows = {row.code: row for row in document.items.filter(code__in=[item.id for item in rules])}
    changed = []
    for item in rules:
        row, text = rows[item.id], "\n".join(search_parts(item, document))
        if row.search_text != text:
            row.search_text = text
            row.search_key = "\n".join(fold(line) for line in text.split("\n"))
            changed.append(row)
    SupportItem.objects.bulk_update(changed, ["search_text", "search_key"], batch_size=200)


# ---- what was found -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of text as it stands on the page; `is_hit` where a word of the search is in it."""

    text: str
    is_hit: bool = False


def rank_of(item: SupportItem, words: Sequence[Sequence[str]]) -> int:
    """How far from the title the words stand: 0 for each in the title, 1 in the summary, 2 elsewhere."""
    lines = item.search_key.split("\n")
    return sum(
        min((place for place, line in _places(lines) if any(w in line for w in word)), default=2) for word in words
    )


def _places(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    for index, line in enumerate(lines):
        yield min(index, 2), line


def snippet(item: SupportItem, words: Sequence[Sequence[str]]) -> list[Fragment]:
    """The summary, or where it holds no word that the title lacks, the first text that does; with its hits marked."""
    lines, folded = item.search_text.split("\n"), item.search_key.split("\n")
    open_words = [word for word in words if not any(w in folded[0] for w in word)]
    for line, key in zip(lines[1:], folded[1:], strict=True):
        if line and any(w in key for word in open_words for w in word):
            return highlight(_around(line, open_words), words)
    return highlight(item.summary, words)


def _around(line: str, words: Sequence[Sequence[str]]) -> str:
    """A long text cut to the part around the first hit."""
    if len(line) <= _SNIPPET:
        return line
    spans = _spans(line, words)
    begin = max(spans[0][0] - _SNIPPET // 3, 0) if spans else 0
    end = begin + _SNIPPET
    return f"{'…' if begin else ''}{line[begin:end]}{'…' if end < len(line) else ''}"


def highlight(text: str, words: Sequence[Sequence[str]]) -> list[Fragment]:
    """A text in fragments, the hits apart; the template escapes each."""
    fragments, at = [], 0
    for begin, end in _spans(text, words):
        if begin > at:
            fragments.append(Fragment(text[at:begin]))
        fragments.append(Fragment(text[begin:end], is_hit=True))
        at = end
    if at < len(text):
        fragments.append(Fragment(text[at:]))
    return fragments


def _spans(text: str, words: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """Where the words stand in the text as it is written, merged and in order."""
    folded, origin = "", []
    for index, character in enumerate(text):
        part = fold(character)
        folded += part
        origin += [index] * len(part)
    found = []
    for word in {w for group in words for w in group}:
        at = folded.find(word)
        while at >= 0:
            found.append((origin[at], origin[at + len(word) - 1] + 1))
            at = folded.find(word, at + len(word))
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
