"""The library of usual items that a draft may begin from: `catalogue/library/`, one file a category. Pure.

An entry is an authored item without its id and article, with the worked cases of its sums, bounds and days, which are
samples. Copied into a draft it becomes an item like any other.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from policies.drafting.yaml_codec import plain
from policies.engine.loader import CATALOGUE
from policies.engine.source import read_source

# Categories by the names of their files, in the order in which pages list them.
CATEGORIES = {
    "grants": "授权和维持",
    "abroad": "海外布局",
    "loans": "质押融资",
    "insurance": "保险",
    "standards": "认证和标准",
    "prizes": "奖项和称号",
    "projects": "项目和目标",
    "platforms": "平台和机构",
    "enforcement": "维权和调解",
    "people": "人才和培训",
}
# What a case asks unless it says otherwise.
SAMPLE_DAY = "2026-05-10"
_USUAL: Mapping[str, Any] = {"on": SAMPLE_DAY, "applicant": {"kind": "enterprise"}}


@dataclass(frozen=True)
class SampleCase:
    """A worked case that comes with an item: its sentence, the question, and the answer that is expected."""

    sentence: str
    question: dict[str, Any]
    expected: dict[str, Any]

    def asking(self, question: dict[str, Any]) -> SampleCase:
        """The same case with another question."""
        return replace(self, question=question)


@dataclass(frozen=True)
class Entry:
    """One usual item of a category of `CATEGORIES`; `section` has neither id nor article."""

    name: str
    category: str
    section: Mapping[str, Any]
    cases: tuple[SampleCase, ...]

    @property
    def title(self) -> str:
        return str(self.section["title"])

    @property
    def summary(self) -> str:
        return str(self.section["summary"])

    def item(self, code: str) -> dict[str, Any]:
        """The item under an id of a draft's own; where its document says so is for the author to tell."""
        return {"item": code, "article": "", **copy.deepcopy(dict(self.section))}

    def cases_of(self, code: str) -> list[SampleCase]:
        """Its cases, asked of the item of this id."""
        return [case.asking({**copy.deepcopy(case.question), "item": code}) for case in self.cases]


@lru_cache(maxsize=1)
def library() -> Mapping[str, Entry]:
    """All entries by name, category by category; read once a process."""
    entries = (entry for category in CATEGORIES for entry in _entries(category))
    return {entry.name: entry for entry in entries}


def _entries(category: str) -> list[Entry]:
    path = CATALOGUE / "library" / f"{category}.yaml"
    return [_entry(category, plain(raw)) for raw in read_source(path.read_text("utf-8"), path.name)]


def _entry(category: str, raw: dict[str, Any]) -> Entry:
    name, cases = raw.pop("entry"), raw.pop("cases")
    found = (SampleCase(case["case"], {**_USUAL, **case["ask"]}, case["expect"]) for case in cases)
    return Entry(name, category, raw, tuple(found))


def entries_like(words: str, *, category: str = "") -> list[Entry]:
    """The entries of a category (of all where it is "") whose title or summary has every one of the words."""
    wanted = words.casefold().split()
    return [
        entry
        for entry in library().values()
        if category in ("", entry.category)
        and all(word in f"{entry.title} {entry.summary}".casefold() for word in wanted)
    ]
