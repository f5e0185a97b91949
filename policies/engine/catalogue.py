"""A catalogue: documents, the versions of their items, chosen readings, and the compiled programs."""

import difflib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from policies.engine.dates import parse_date
from policies.engine.model import Document, Item, RegisterRow, Setting
from policies.engine.money import parse_ratio
from policies.engine.program import Program, compile_program

# Questions may choose any ratio: the compiled programs are a cache, and a cache has an end.
MAX_PROGRAMS = 4_096
_TRUE, _FALSE = ("true", "是"), ("false", "否")


class Catalogue:
    """Documents and items by id. Compiles each item once per set of chosen settings, when first asked."""

    def __init__(
        self,
        documents: Iterable[Document],
        items: Iterable[Item],
        *,
        settings: Mapping[str, Setting],
        fact_names: frozenset[str],
        register: Iterable[RegisterRow] = (),
    ) -> None:
        self.documents: dict[str, Document] = {document.id: document for document in documents}
        self.items: dict[str, list[Item]] = {}
        for item in items:
            self.items.setdefault(item.id, []).append(item)
        for versions in self.items.values():
            versions.sort(key=lambda item: item.effective_from or date.max)
        self.settings = settings
        self.fact_names = fact_names
        self.register = tuple(register)
        self._alternatives = {s.alternative: s.name for s in settings.values() if s.alternative}
        self._programs: dict[tuple[int, tuple[tuple[str, Any], ...]], Program] = {}

    def version_for(self, item_id: str, on: date) -> Item | None:
        """The version in force on a day, None where there is none. KeyError for an unknown item."""
        program = self.program_for(item_id, on, {})
        return program.item if program.in_force(on) else None

    def program_for(self, item_id: str, on: date, overrides: dict[str, Any]) -> Program:
        """The program of the version that a day belongs to: the last that had begun, or else the first of all.

        A later version takes over on its first day, whether or not the earlier one names an end. KeyError for an
        unknown item.
        """
        first, *later = self.items[item_id]
        nearest = self.program(first, overrides)
        for item in later:
            program = self.program(item, overrides)
            if program.effective_from is not None and program.effective_from <= on:
                nearest = program
        return nearest

    def program(self, item: Item, overrides: dict[str, Any]) -> Program:
        """The compiled item under its settings, changed by `overrides` (names the item does not have are left out)."""
        own = (
            tuple(sorted((s.name, overrides[s.name]) for s in item.settings if s.name in overrides))
            if overrides
            else ()
        )
        key = (id(item), own)
        program = self._programs.get(key)
        if program is None:
            program = compile_program(item, {**item.defaults, **dict(own)})
            if len(self._programs) > MAX_PROGRAMS:
                self._programs.clear()
            self._programs[key] = program
        return program

    def read_setting(self, name: str, value: object) -> tuple[str, bool | str | None]:
        """A chosen reading as (name, value): KeyError for an unknown name, ValueError for a bad value."""
        if name in self._alternatives:
            own, chosen = self.read_setting(self._alternatives[name], value)
            # The other reading of a yes/no setting is its opposite; of any other it is only another name.
            return own, (not chosen if isinstance(chosen, bool) else chosen)
        setting = self.settings[name]
        if value is None:
            return name, None
        if setting.kind == "date":
            return name, parse_date(value).isoformat()
        if setting.kind == "ratio":
            parse_ratio(value)
            return name, str(value)
        return name, _read_choice(setting, value)


def _read_choice(setting: Setting, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in (*_TRUE, setting.name):
        return True
    if isinstance(value, str) and (value in _FALSE or value == setting.alternative):
        return False
    raise ValueError("请填写 true 或 false")


def unknown_item(catalogue: Catalogue, name: object) -> str:
    """Words for an item that is not there, with the nearest names."""
    near = difflib.get_close_matches(str(name), catalogue.items, n=3)
    return "没有这个事项" + (f"，是否为 {'、'.join(near)}" if near else "")
