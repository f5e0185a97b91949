"""The frozen values that make up a catalogue. Amounts stay decimal strings here; the compiled rule holds fen."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from policies.engine.procedure import Procedure
from policies.engine.programme import Programme
from policies.engine.stages import Stage, read_stages

Content = Mapping[str, Any]


def canonical_json(value: object) -> str:
    """The one way a value is written where bytes are compared or hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(value: object) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


@dataclass(frozen=True)
class Fact:
    """One thing a claim states. `required` binds the form; `needed` says that the amount or a condition asks for it."""

    name: str
    label: str
    type: str
    unit: str = ""
    help: str = ""
    required: bool = False
    needed: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    columns: tuple["Fact", ...] = ()
    check: str | None = None
    scope: str = "line"


# The signed commitment (信用承诺书).
COMMITMENT = "commitment"


@dataclass(frozen=True)
class Evidence:
    """One document that a claim uploads, per line or once per claim."""

    code: str
    label: str
    help: str = ""
    required: bool = False
    per: str = "line"

    @property
    def is_declared(self) -> bool:
        """Whether it is made on the screen at the submission and printed with the claim, so that none is uploaded."""
        return self.code == COMMITMENT


@dataclass(frozen=True)
class Condition:
    """One condition in words. Without a field an officer judges it; a priority ranks and never refuses."""

    code: str
    text: str
    field: str | None = None
    test: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    needed: bool = False
    priority: bool = False


@dataclass(frozen=True)
class Setting:
    """A chosen reading: its default, the name of the other reading, and the source of the choice."""

    name: str
    label: str
    kind: str
    default: bool | str | None
    alternative: str | None
    source: str


@dataclass(frozen=True)
class Document:
    """One issued (or draft) policy document. Effect is half-open by day: from inclusive, to exclusive."""

    id: str
    number: str
    title: str
    short_title: str
    issuer: str
    region_code: str
    areas: tuple[str, ...]
    issued_on: date | None
    effective_from: date | None
    effective_to: date | None
    status: str
    source_note: str
    content: Content = dataclasses.field(repr=False, hash=False, compare=False)

    @property
    def citation(self) -> str:
        """How notices and steps name the document: its number, or its title where it has none."""
        return self.number or f"《{self.short_title}》"


@dataclass(frozen=True)
class Item:
    """One version of one support item, self-contained: its content alone replays a decision."""

    id: str
    document_id: str
    article: str
    title: str
    summary: str
    kind: str
    beneficiaries: tuple[str, ...]
    route: str
    payer: str
    subject: str | None
    subject_rule: str
    once_group: str | None
    as_of: str | None
    facts: tuple[Fact, ...]
    evidence: tuple[Evidence, ...]
    conditions: tuple[Condition, ...]
    steps: tuple[Content, ...]
    limits: tuple[Content, ...]
    split: Content | None
    settings: tuple[Setting, ...]
    notes: tuple[str, ...]
    claimable: bool
    effective_from: date | None
    effective_to: date | None
    content: Content = dataclasses.field(repr=False, hash=False, compare=False)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the content in canonical JSON: the identity of this version."""
        return content_hash(self.content)

    @cached_property
    def procedure(self) -> Procedure:
        """The way of its claims through the offices."""
        return Procedure.read(self.content)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in which it is paid; none where it is paid at once."""
        return read_stages(self.content)

    @cached_property
    def defaults(self) -> Mapping[str, bool | str | None]:
        """The readings that hold unless a question chooses others."""
        return {setting.name: setting.default for setting in self.settings}

    @property
    def version(self) -> str:
        """The name of this version: the day it takes effect, or `draft`."""
        return self.effective_from.isoformat() if self.effective_from else "draft"

    @property
    def citation(self) -> str:
        """Document and article, as steps and notices print it."""
        return f"{self.content['document']['citation']} {self.article}"

    def fact(self, name: str) -> Fact:
        """The fact of this name; KeyError when the item does not ask for it."""
        for fact in self.facts:
            if fact.name == name:
                return fact
        raise KeyError(name)


@dataclass(frozen=True)
class RegisterRow:
    """A row of the coverage register: a clause, and what models it (or why nothing can).

    The programme is that of a plan's phase or duty.
    """

    id: str
    document_id: str
    article: str
    title: str
    kind: str
    modelled_as: str
    reason: str
    programme: Programme | None = None
