"""Questions of the scalar engine laid out as columns for the vectorised engine. Pure.

Values are read by the engine's own readers, so a column holds exactly what the scalar engine would compute with.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from policies.engine import Catalogue, Fact, Item
from policies.engine.batch import KINDS, SIZES, Column, LineTable, Lists, Population, Rows
from policies.engine.facts import Reader, read_count, reader_of
from policies.engine.money import parse_yuan
from policies.engine.question import read_times
from policies.engine.scopes import OF_SUBJECTS
from policies.engine.terms import LEDGERS
from policies.facts.values import subject_key

# Beyond this a common denominator could carry a value out of int64; the engine reads twelve decimals at most.
_LARGEST_SCALE = 10**12


class UncountableError(Exception):
    """A claim states what no column can hold. The message is for people."""


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """One claim: its question to the scalar engine, and what a question does not say."""

    question: Mapping[str, Any]
    applicant: int
    size: str = ""


@dataclass(slots=True)
class _Values:
    """A growing column: one value a line, None where the line does not state the fact."""

    fact: Fact
    read: Reader
    values: list[Any] = field(default_factory=list)

    def add(self, value: Any, length: int) -> None:
        """The value of line number `length`; a value that cannot be read is one that is not stated."""
        if value is None:
            return
        try:
            parsed = self.read(value)
        except ValueError:
            return
        self.values.extend([None] * (length - len(self.values)))
        self.values.append(parsed)

    def column(self, size: int) -> Column:
        """The column over all lines, `size` of them."""
        self.values.extend([None] * (size - len(self.values)))
        stated = np.array([value is not None for value in self.values], dtype=bool)
        present = None if stated.all() else stated
        if self.fact.name == "countries":
            return self._lists(present)
        if self.fact.type in ("choice", "text"):
            return self._words(present)
        if self.fact.type == "number":
            return self._numbers(present)
        plain = [_whole(value) for value in self.values]
        return Column(np.array(plain, dtype=np.int64), present)

    def rows(self, size: int) -> Rows:
        """The rows of all lines."""
        self.values.extend([None] * (size - len(self.values)))
        stated = np.array([value is not None for value in self.values], dtype=bool)
        lengths = [len(value or ()) for value in self.values]
        every = [row for value in self.values for row in value or ()]
        return Rows(
            starts=np.concatenate([[0], np.cumsum(np.array(lengths, dtype=np.int64))]),
            amount=np.array([row["amount"] for row in every], dtype=np.int64),
            paid_on=np.array([_whole(row.get("paid_on")) for row in every], dtype=np.int64),
            present=None if stated.all() else stated,
        )

    def _words(self, present: Any) -> Column:
        codes: dict[str, int] = {}
        values = [codes.setdefault(value, len(codes)) if value is not None else 0 for value in self.values]
        return Column(np.array(values, dtype=np.int64), present, words=tuple(codes))

    def _numbers(self, present: Any) -> Column:
        """Decimals on one scale; words, which a few facts take as well, by their place among the words."""
        codes: dict[str, int] = {}
        scale = 1
        for value in self.values:
            if isinstance(value, Fraction):
                scale = lcm(scale, value.denominator)
        if scale > _LARGEST_SCALE:
            raise UncountableError(f"“{self.fact.label}”的小数位数过多，不能批量测算，请核对申报内容。")
        spoken = np.array([isinstance(value, str) for value in self.values], dtype=bool)
        values = [
            codes.setdefault(value, len(codes)) if isinstance(value, str) else int((value or 0) * scale)
            for value in self.values
        ]
        return Column(
            np.array(values, dtype=np.int64),
            present,
            scale=scale,
            words=tuple(codes),
            spoken=spoken if spoken.any() else None,
        )

    def _lists(self, present: Any) -> Column:
        codes: dict[str, int] = {}
        given = np.array([isinstance(value, tuple) for value in self.values], dtype=bool)
        lengths = [len(value) if isinstance(value, tuple) else 0 for value in self.values]
        every = [word for value in self.values if isinstance(value, tuple) for word in value]
        lists = Lists(
            starts=np.concatenate([[0], np.cumsum(np.array(lengths, dtype=np.int64))]),
            codes=np.array([codes.setdefault(word, len(codes)) for word in every], dtype=np.int64),
            given=given,
        )
        values = [value if isinstance(value, int) else 0 for value in self.values]
        return Column(
            np.array(values, dtype=np.int64), present, words=tuple(codes), lists=lists if given.any() else None
        )


def _whole(value: Any) -> int:
    return value.toordinal() if isinstance(value, date) else int(value or 0)


class _Table:
    """The lines of one item, as they come."""

    def __init__(self, versions: Sequence[Item]) -> None:
        facts = {fact.name: fact for item in versions for fact in item.facts if fact.scope == "line"}
        self.item = versions[-1].id
        self.values = {name: _Values(fact, reader_of(fact)) for name, fact in facts.items()}
        self.claim = array("q")
        self.count = array("q")
        self.subject = array("q")
        self.paid = {name: array("q") for name in OF_SUBJECTS}
        self.times = {name: array("q") for name in OF_SUBJECTS}

    def add(
        self, claim: int, line: Mapping[str, Any], *, subject: int, paid: Mapping[str, int], times: Mapping[str, int]
    ) -> None:
        length = len(self.claim)
        for name, value in line.items():
            values = self.values.get(name)
            if values is not None:
                values.add(value, length)
        self.claim.append(claim)
        self.count.append(read_count(line.get("count", 1)))
        self.subject.append(subject)
        for name, fen in self.paid.items():
            fen.append(paid[name])
        for name, often in self.times.items():
            often.append(times[name])

    def build(self) -> LineTable:
        size = len(self.claim)
        stated = {name: values for name, values in self.values.items() if values.values}
        return LineTable(
            item=self.item,
            claim=_ints(self.claim),
            count=_ints(self.count),
            subject=_ints(self.subject),
            paid={name: _ints(fen) for name, fen in self.paid.items() if any(fen)},
            times={name: _ints(often) for name, often in self.times.items() if any(often)},
            columns={name: each.column(size) for name, each in stated.items() if each.fact.type != "rows"},
            rows={name: each.rows(size) for name, each in stated.items() if each.fact.type == "rows"},
        )


def _ints(values: array[int]) -> Any:
    return np.array(values, dtype=np.int64)


class PopulationBuilder:
    """Takes claims one by one, in the order in which they were filed, and makes a population of them.

    `bring_ledger` keeps what each question says of earlier payments and of its rank, for a simulation in which every
    claim stands alone; without it the claims of the population fill each other's limits.
    """

    def __init__(self, catalogues: Sequence[Catalogue], *, bring_ledger: bool = False) -> None:
        self.catalogues = catalogues
        self.bring_ledger = bring_ledger
        self._tables: dict[str, tuple[int, _Table]] = {}
        self._subjects: dict[str, int] = {}
        self._regions: dict[str, int] = {}
        self._groups: dict[str, int] = {}
        self._unmet: dict[tuple[str, ...], int] = {}
        self._readings: dict[tuple[tuple[str, Any], ...], int] = {}
        named = "item applicant kind region on size unmet readings once group rank ranked"
        self._claims: dict[str, array[int]] = {name: array("q") for name in named.split()}
        self._paid = {name: array("q") for name in LEDGERS}
        self._times = {name: array("q") for name in ("", *LEDGERS) if name not in OF_SUBJECTS}

    def __len__(self) -> int:
        return len(self._claims["item"])

    def add(self, asked: StoredQuestion) -> None:
        """The next claim. KeyError for an item that none of the catalogues has."""
        question = asked.question
        at, table = self._table(question["item"])
        paid = question.get("paid", {}) if self.bring_ledger else {}
        of_subjects = {name: paid.get(name, {}) for name in OF_SUBJECTS}
        number = len(self)
        applicant = question["applicant"]
        region, group = applicant.get("region"), applicant.get("group")
        unmet = tuple(question.get("unmet", ()))
        readings = tuple(sorted(question.get("settings", {}).items()))
        for name, value in {
            "item": at,
            "applicant": asked.applicant,
            "kind": KINDS.index(applicant["kind"]),
            "region": self._regions.setdefault(region, len(self._regions)) if region else -1,
            "on": date.fromisoformat(question["on"]).toordinal(),
            "size": SIZES.index(applicant.get("size", asked.size)),
            "unmet": self._unmet.setdefault(unmet, len(self._unmet)) if unmet else -1,
            "readings": self._readings.setdefault(readings, len(self._readings)) if readings else -1,
            "group": self._groups.setdefault(group, len(self._groups)) if group else -1,
            "once": int(bool(paid.get("once_group"))),
            "rank": question.get("rank", 0) if self.bring_ledger else 0,
            "ranked": question.get("ranked", 0) if self.bring_ledger else 0,
        }.items():
            self._claims[name].append(value)
        times = read_times(question.get("times_before", 0) if self.bring_ledger else 0, "times_before")
        for name, before in self._times.items():
            before.append(times.ledgers.get(name, 0) if name else times.every)
        for name, sums in self._paid.items():
            given = paid.get(name)
            sums.append(parse_yuan(given) if given is not None and not isinstance(given, Mapping) else 0)
        newest = self._versions(question["item"])[-1]
        for at_line, line in enumerate(question["lines"], start=1):
            # The ledger's own form of the right: claims that write its number otherwise share what it has had.
            known = subject_key(newest, line)
            stated = str(line.get(newest.subject or "") or f"{newest.id}#{at_line}")
            had = {name: of.get(stated) if isinstance(of, Mapping) else of for name, of in of_subjects.items()}
            table.add(
                number,
                line,
                subject=self._subjects.setdefault(known, len(self._subjects)) if known else -1,
                paid={name: parse_yuan(fen) if fen else 0 for name, fen in had.items()},
                times={name: times.of(name, stated) for name in OF_SUBJECTS},
            )

    def _versions(self, item_id: str) -> list[Item]:
        return [item for catalogue in self.catalogues for item in catalogue.items.get(item_id, ())]

    def _table(self, item_id: str) -> tuple[int, _Table]:
        found = self._tables.get(item_id)
        if found is None:
            versions = self._versions(item_id)
            if not versions:
                raise KeyError(item_id)
            found = self._tables[item_id] = (len(self._tables), _Table(versions))
        return found

    def build(self) -> Population:
        """The population of all claims that were added."""
        claims = {name: _ints(values) for name, values in self._claims.items()}
        return Population(
            tables=tuple(table.build() for _, table in self._tables.values()),
            item=claims["item"],
            applicant=claims["applicant"],
            kind=claims["kind"],
            region=claims["region"],
            on=claims["on"],
            regions=tuple(self._regions),
            size=claims["size"],
            unmet=claims["unmet"] if self._unmet else None,
            unmet_sets=tuple(self._unmet),
            readings=claims["readings"] if self._readings else None,
            reading_sets=tuple(dict(readings) for readings in self._readings),
            paid={name: _ints(sums) for name, sums in self._paid.items() if any(sums)},
            once_group=claims["once"].astype(bool) if claims["once"].any() else None,
            times_before={name: _ints(times) for name, times in self._times.items() if any(times)},
            rank=claims["rank"] if claims["rank"].any() else None,
            ranked=claims["ranked"] if claims["ranked"].any() else None,
            companies=claims["group"] if self._groups else None,
        )
