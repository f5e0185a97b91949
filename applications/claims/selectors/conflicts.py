"""Three versions of a draft compared: what a page was loaded with, what it holds now, and what was saved meanwhile."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from applications.claims.models import Claim, ClaimLine
from applications.claims.selectors.scope import editable_scope, item_of
from policies.engine.model import Fact
from policies.facts.values import facts_of, read_facts, show_fact

_NOTHING = ["—"]


@dataclass(frozen=True)
class Typed:
    """What a page sends: the claim's own facts, and each line's by its id. What it leaves out is not touched.

    `loaded` is what the page was loaded with, None where it does not say: then a page of another revision is stale as
    a whole. `page` names the opened page, see `name_page`.
    """

    facts: Mapping[str, Any]
    lines: Mapping[int, Mapping[str, Any]]
    defence: Collection[int] | None = None
    loaded: Typed | None = None
    page: str = ""

    def as_text(self) -> str:
        """For a hidden control; `from_text` reads it again."""
        lines = {str(pk): dict(values) for pk, values in self.lines.items()}
        defence = None if self.defence is None else sorted(self.defence)
        return json.dumps({"claim": dict(self.facts), "lines": lines, "defence": defence}, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Typed | None:
        """What `as_text` wrote; None for anything else."""
        try:
            given = json.loads(text)
            own = {str(name): value for name, value in dict(given["claim"]).items()}
            lines = {int(pk): dict(values) for pk, values in dict(given["lines"]).items()}
            defence = given["defence"]
            return cls(own, lines, None if defence is None else frozenset(map(int, defence)))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that both changed, and differently. `line_id` is None for the claim's own facts."""

    line_id: int | None
    name: str
    place: str
    mine: list[str]
    theirs: list[str]
    stored: Any

    @property
    def control(self) -> str:
        """The name of the choice's controls."""
        return f"use-{self.line_id or 'claim'}-{self.name}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """All differences, and in words what was typed into lines that are gone meanwhile."""

    differences: list[Difference]
    gone: list[str]

    def __bool__(self) -> bool:
        return bool(self.differences or self.gone)


def name_page(claim: Claim) -> str:
    """A name for one opening of a claim's form: by chance, with the revision that it shows."""
    return f"{uuid.uuid4().hex}.{claim.revision}"


def shows_revision(page: str, revision: int) -> bool:
    """Whether a page that was named so shows this revision."""
    return re.fullmatch(r"[0-9a-f]{32}\.[0-9]{1,10}", page) is not None and page.endswith(f".{revision}")


def find_conflict(claim: Claim, lines: Iterable[ClaimLine], typed: Typed) -> Conflict:
    """What a page changed that was changed otherwise since the page was loaded, where it may be changed at all.

    `lines` are the claim's, in order.
    """
    item, scope = item_of(claim), editable_scope(claim)
    was = typed.loaded
    found = list(
        _differences(
            facts_of(item, "claim"),
            claim.facts,
            typed.facts,
            was.facts if was else None,
            place="总体情况",
            allowed=scope.facts_at(None),
        )
    )
    stored = {line.pk: line for line in lines}
    for number, line in enumerate(stored.values(), start=1):
        found += _differences(
            facts_of(item),
            line.facts,
            typed.lines.get(line.pk, {}),
            was.lines.get(line.pk, {}) if was else None,
            line_id=line.pk,
            place=f"第 {number} 项",
            allowed=scope.facts_at(line.position),
        )
    gone = [
        f"{fact.label}：{'；'.join(_shown(fact, values[fact.name]))}"
        for pk, sent in typed.lines.items()
        if pk not in stored
        for values in [read_facts(facts_of(item), sent).values]
        for fact in facts_of(item)
        if fact.name in sent and values[fact.name] not in ("", None, [])
    ]
    return Conflict(found, gone)


def changed_since_loaded(claim: Claim, typed: Typed) -> Typed:
    """Only what the person changed: the rest of the page is as it was loaded, and perhaps no longer as it is saved."""
    was = typed.loaded
    if was is None:
        return typed
    item = item_of(claim)
    lines = {pk: _changed(facts_of(item), sent, was.lines.get(pk, {})) for pk, sent in typed.lines.items()}
    defence = typed.defence
    if defence is not None:
        now = set(claim.lines.filter(is_defence=True).values_list("pk", flat=True))
        defence = now ^ (set(defence) ^ set(was.defence or ()))
    return replace(
        typed,
        facts=_changed(facts_of(item, "claim"), typed.facts, was.facts),
        lines={pk: sent for pk, sent in lines.items() if sent},
        defence=defence,
    )


def shown_now(loaded: Typed, typed: Typed) -> Typed:
    """What the page is loaded with after it was saved: what it shows."""
    lines = {pk: {**was, **typed.lines.get(pk, {})} for pk, was in loaded.lines.items()}
    return Typed({**loaded.facts, **typed.facts}, lines, loaded.defence)


def _changed(facts: Collection[Fact], sent: Mapping[str, Any], was: Mapping[str, Any]) -> dict[str, Any]:
    now, before = read_facts(facts, sent).values, read_facts(facts, was).values
    return {name: value for name, value in sent.items() if name in now and now[name] != before[name]}


def _differences(
    facts: Collection[Fact],
    stored: Mapping[str, Any],
    typed: Mapping[str, Any],
    loaded: Mapping[str, Any] | None,
    *,
    place: str,
    allowed: Collection[str] | None,
    line_id: int | None = None,
) -> Iterator[Difference]:
    if not typed:
        return
    mine, theirs = read_facts(facts, typed).values, read_facts(facts, stored).values
    was = read_facts(facts, loaded).values if loaded is not None else {}
    for fact in facts:
        name = fact.name
        if name not in typed or (allowed is not None and name not in allowed):
            continue
        if mine[name] != theirs[name] and (loaded is None or was[name] not in (mine[name], theirs[name])):
            place_of_fact = f"{place} {fact.label}"
            yield Difference(
                line_id, name, place_of_fact, _shown(fact, mine[name]), _shown(fact, theirs[name]), stored.get(name)
            )


def _shown(fact: Fact, value: Any) -> list[str]:
    if fact.type != "rows":
        return [show_fact(fact, value)]
    rows = ["，".join(show_fact(column, row.get(column.name)) for column in fact.columns) for row in value]
    return rows or list(_NOTHING)
