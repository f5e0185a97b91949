"""Rules that take the place of those in force, for the length of a simulation. Pure.

`Rules` is what a run keeps: whole items in normal form, so that a simulation means the same whatever becomes of the
draft it was made from. A change of one item is a change of its figures: sums, ratios, counts, days and readings.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from policies.engine import Catalogue, Item, catalogue_of, compile_item, content_hash, plain_content
from policies.engine.checks import MAX_COUNT, Checker
from policies.engine.conditions.registry import family_of
from policies.engine.describe import label_of
from policies.engine.limits.registry import read_limit
from policies.engine.lint import lint_item
from policies.engine.operations.registry import read_operation
from policies.engine.problems import Fault, problem_code
from policies.engine.spec import Spec
from policies.engine.split import OTHERS

# A period that holds no day of any claim: how an item stands that is not, not yet, or no longer in force.
_NEVER = [{"from": "1900-01-01", "to": "1900-01-02"}]
# From when a new rule is taken to hold, where no version in force says.
_ALWAYS = "1980-01-01"


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs from the published items: new versions of ids, in normal form, and ids gone."""

    replaced: tuple[Mapping[str, Any], ...] = ()
    removed: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Rules:
        """The rules as a run keeps them."""
        return cls(tuple(kept.get("replaced", ())), tuple(kept.get("removed", ())))

    def as_json(self) -> dict[str, Any]:
        """What a run keeps."""
        return {"replaced": [dict(content) for content in self.replaced], "removed": list(self.removed)}

    @property
    def item_ids(self) -> frozenset[str]:
        """Ids of the items that may come out differently."""
        return frozenset(content["id"] for content in self.replaced) | frozenset(self.removed)


def ever_holds(versions: Iterable[Item]) -> bool:
    """Whether any of an item's versions holds on some day."""
    return any(item.content["effect"] != _NEVER for item in versions)


@lru_cache(maxsize=2)
def in_force(published: Catalogue) -> Catalogue:
    """The rules in force: items of documents that are only drafts are part of it, and hold on no day."""
    items = [item for versions in published.items.values() for item in versions]
    return catalogue_of(
        published.documents.values(),
        [_dated(item, _NEVER) if item.content["document"]["status"] == "draft" else item for item in items],
    )


@dataclass(frozen=True, slots=True)
class Sides:
    """Two catalogues with the same items, to be asked the same questions, and one to make claims from."""

    before: Catalogue
    after: Catalogue
    making: Catalogue


def sides_of(current: Catalogue, rules: Rules) -> Sides:
    """The published catalogue, and the same with these rules in it. What only one has is in both, never in force.

    Claims are made under the new rules where there are any, and under the published ones elsewhere.
    """
    new = [compile_item(content) for content in rules.replaced]
    known = {item.id for item in new}
    kept = [item for versions in current.items.values() for item in versions if item.id not in known]
    gone = [current.items[item_id][-1] for item_id in rules.removed if item_id in current.items]
    still = [item for item in kept if item.id not in rules.removed]
    documents = list(current.documents.values())
    fresh = {item.id: item for item in new if item.id not in current.items}.values()
    every = [item for versions in current.items.values() for item in versions]
    return Sides(
        before=catalogue_of(documents, [*every, *(_dated(item, _NEVER) for item in fresh)]),
        after=catalogue_of(documents, [*still, *(_dated(item, _NEVER) for item in gone), *new]),
        making=catalogue_of(documents, [*kept, *new]),
    )


@lru_cache(maxsize=4)
def catalogue_hash(catalogue: Catalogue) -> str:
    """What identifies a catalogue: the hash of the hashes of all its versions."""
    return content_hash(sorted(item.hash for versions in catalogue.items.values() for item in versions))


def rules_of_draft(current: Catalogue, draft: Catalogue, *, document: str, as_if: bool) -> Rules:
    """What a draft of a document changes. With `as_if` it is taken to hold from the beginning of what it replaces.

    Without, claims whose facts lie before its effect are computed under the earlier versions, as they will be in life.
    """
    replaced = []
    for versions in draft.items.values():
        if versions[-1].document_id != document:
            continue
        before = current.items.get(versions[-1].id, [])
        if [_law_of(item) for item in versions] == [_law_of(item) for item in before]:
            continue
        replaced += [_from_beginning(versions[-1], before)] if as_if else [plain_content(item) for item in versions]
    own = {item_id for item_id, versions in current.items.items() if versions[-1].document_id == document}
    return Rules(tuple(replaced), tuple(sorted(own - draft.items.keys())))


def _law_of(item: Item) -> dict[str, Any]:
    """What of an item's content decides on claims: not the document's title, number or note."""
    head = item.content["document"]
    return dict(item.content) | {"document": {key: head[key] for key in ("status", "region_code", "areas")}}


def rules_of_item(versions: Sequence[Item], values: Mapping[str, str]) -> Rules:
    """An item with other figures in its newest version; earlier versions hold on their days as before.

    Raises CatalogueError, as `adjusted` does.
    """
    *earlier, newest = versions
    return Rules((*(plain_content(item) for item in earlier), adjusted(newest, values)))


def _from_beginning(item: Item, before: Iterable[Item]) -> dict[str, Any]:
    """The content in force since the first day on which anything of this item was, up to its own last day."""
    starts = [day for day in (item.effective_from, *(one.effective_from for one in before)) if day is not None]
    known = [day for day in starts if day.isoformat() != _NEVER[0]["from"]]
    # What nothing stood before is new: it is tried on all facts.
    start = min(known).isoformat() if known and any(True for _ in before) else _ALWAYS
    period = {"from": start} | ({"to": item.effective_to.isoformat()} if item.effective_to else {})
    return plain_content(item) | {"effect": [period]}


def rules_of_issue(published: Catalogue, *, document: str) -> Rules:
    """A document that is only a draft, taken as in force on the days that its readings give."""
    items = (versions[-1] for versions in published.items.values() if versions[-1].document_id == document)
    return Rules(tuple(plain_content(item) for item in items))


def _dated(item: Item, effect: list[dict[str, str]]) -> Item:
    return compile_item(plain_content(item) | {"effect": effect})


@dataclass(frozen=True, slots=True)
class Adjustable:
    """One figure of an item that may be tried otherwise: its place, its label, its kind and its value.

    `kind` is yuan, ratio, count, day or choice; `key` names it in a form.
    """

    key: str
    label: str
    kind: str
    value: str
    path: tuple[str | int, ...] = field(repr=False)


def adjustables(item: Item) -> list[Adjustable]:
    """The figures of an item, in the order of its rules."""
    content = item.content
    found = [figure for number, step in enumerate(content["steps"]) for figure in _of_step(item, number, step)]
    for number, condition in enumerate(content["conditions"]):
        for test, bound in (condition["test"] or {}).items():
            if test in family_of(test).adjustable and isinstance(bound, int | str):
                found.append(_figure(("conditions", number, "test", test), condition["text"], "number", bound))
    for number, limit in enumerate(content["limits"]):
        rule = read_limit(limit)
        found += _of_rule(("limits", number), limit, rule, rule.figures(), lambda row: row)
    if content["split"]:
        found += [
            _figure(("split", name), f"{label}承担比例", "ratio", content["split"][name])
            for name, label in {"city": "市级", **OTHERS}.items()
            if name in content["split"]
        ]
    if all("from" in period for period in content["effect"]):
        found.append(_figure(("effect", "to"), "截止日期（当日起不再适用）", "day", content["effect"][0].get("to")))
    return found + readings(content)


def readings(content: Mapping[str, Any]) -> list[Adjustable]:
    """The readings of an item that may be chosen otherwise."""
    kinds = {"boolean": "choice", "ratio": "ratio", "date": "day"}
    return [
        _figure(("settings", number, "default"), setting["label"], kinds[setting["kind"]], setting["default"])
        for number, setting in enumerate(content["settings"])
    ]


def _of_step(item: Item, number: int, step: Mapping[str, Any]) -> list[Adjustable]:
    operation, label_of_item = read_operation(step), label_of(item)
    figures, field_name = operation.figures(label_of_item), step.get("field", "")
    return _of_rule(("steps", number), step, operation, figures, lambda row: label_of_item(field_name, row))


def _of_rule(
    path: tuple[str | int, ...],
    content: Mapping[str, Any],
    rule: Spec,
    figures: Mapping[str, str],
    row_label: Callable[[str], str],
) -> list[Adjustable]:
    """The figures of a step or limit, by key what each is called; each row of a table is one."""
    kinds = {key.name: key.kind for key in rule.declared().values()}
    found = []
    for name, label in figures.items():
        kind = kinds[name]
        if name in content and kind.values is not None:
            found += [
                _figure((*path, name, row), f"{label}：{row_label(row)}", kind.values.name, value)
                for row, value in content[name].items()
            ]
        elif name in content:
            found.append(_figure((*path, name), label, kind.name, content[name]))
    return found


def _figure(path: tuple[str | int, ...], label: str, kind: str, value: Any) -> Adjustable:
    if isinstance(value, bool):
        value = "true" if value else "false"
    return Adjustable(".".join(map(str, path)), label, kind, "" if value is None else str(value), path)


def adjusted(item: Item, values: Mapping[str, str]) -> dict[str, Any]:
    """The item's content with other figures, by `Adjustable.key`; values in the words of an authored document.

    Raises CatalogueError, with every problem, for figures that the engine would not publish.
    """
    content = copy.deepcopy(plain_content(item))
    for figure in adjustables(item):
        if figure.key in values and values[figure.key] != figure.value:
            _put(content, figure, values[figure.key])
    check_content(content)
    return content


NOT_COMPUTABLE = problem_code(
    "not_computable", "{reason}", "请改正后再测算", form="按这样的规则无法测算（{reason}），请改正后再测算。"
)


def check_content(content: Mapping[str, Any]) -> None:
    """Raise CatalogueError where the engine finds a fault of meaning: an overflow, a row that never acts."""
    checker = Checker(str(content["id"]), [{"item": content["id"]}])
    try:
        lint_item(checker, content, (0,))
        if not checker.problems:
            catalogue_of([], [item := compile_item(content)]).program(item, {})
    except Fault as fault:
        checker.add((0,), fault)
    except (KeyError, ValueError) as error:
        checker.add((0,), NOT_COMPUTABLE.fault(reason=str(error)))
    checker.raise_problems()


def _put(content: dict[str, Any], figure: Adjustable, value: str) -> None:
    if figure.path == ("effect", "to"):
        # Whatever reading says when the item begins, it ends on one day.
        content["effect"] = [
            {key: day for key, day in period.items() if key != "to"} | ({"to": value} if value else {})
            for period in content["effect"]
        ]
        return
    place: Any = content
    for name in figure.path[:-1]:
        place = place[name]
    last = figure.path[-1]
    if value == "":
        if figure.path[0] == "settings":
            place[last] = None
        else:
            place.pop(last, None)
    elif figure.kind == "choice":
        place[last] = value == "true"
    elif figure.kind == "count" or (figure.kind == "number" and isinstance(place[last], int)):
        place[last] = min(int(value), MAX_COUNT)
    else:
        place[last] = value


def with_readings(items: Iterable[Item], values: Mapping[str, str]) -> Rules:
    """The items of a document under other readings: `values` by the setting's name, words as `adjusted` takes them.

    Items that none of them concerns are left out. Raises CatalogueError.
    """
    changed = []
    for item in items:
        own = {
            figure.key: values[setting["name"]]
            for figure, setting in zip(readings(item.content), item.content["settings"], strict=True)
            if setting["name"] in values
        }
        content = adjusted(item, own)
        if content != plain_content(item):
            changed.append(content)
    return Rules(tuple(changed))


def changed_figures(item: Item, content: Mapping[str, Any]) -> list[tuple[Adjustable, str]]:
    """Every figure of an item that another content of it states otherwise, with the new value."""
    after = {figure.key: figure.value for figure in adjustables(compile_item(content))}
    return [
        (figure, after.get(figure.key, "")) for figure in adjustables(item) if after.get(figure.key, "") != figure.value
    ]
