"""A draft's source as its pages show it: unit by unit, with what is marked, and beside one section of the draft."""

from dataclasses import dataclass

from policies.drafting import yaml_codec
from policies.drafting.models import PolicyDraft
from policies.published.sources import CitedUnit, cited_units, open_passages


@dataclass(frozen=True)
class SourcePane:
    """One unit of the source beside the section `name`; `number` counts from 0, `count` and `open_count` are of all."""

    name: str
    units: list[CitedUnit]
    number: int

    @property
    def unit(self) -> CitedUnit:
        return self.units[self.number]

    @property
    def count(self) -> int:
        return len(self.units)

    @property
    def open_count(self) -> int:
        """How many units have sentences of which nothing is said yet."""
        return sum(unit.is_open for unit in self.units)

    @property
    def turns(self) -> list[tuple[str, int]]:
        """The units to turn to: the one before, the one after, and the next that is open."""
        near = [("上一处", self.number - 1), ("下一处", self.number + 1)]
        later = [at for at, unit in enumerate(self.units) if unit.is_open and at > self.number + 1]
        return [(label, at) for label, at in near if 0 <= at < self.count] + [("下一处未标注", at) for at in later[:1]]


def names_in(draft: PolicyDraft) -> dict[str, str]:
    """What may rest on a sentence: the draft's items and rules by id, with their titles."""
    kinds = (yaml_codec.ITEM, yaml_codec.RULE)
    return {
        yaml_codec.name_of(section): str(section.get("title") or yaml_codec.name_of(section))
        for section in draft.sections
        if yaml_codec.kind_of(section) in kinds
    }


def source_units(draft: PolicyDraft) -> list[CitedUnit]:
    """The units of the draft's source, with what its sections rest on."""
    return cited_units(draft.source, draft.marks, names_in(draft))


def open_count(draft: PolicyDraft) -> int:
    """How many sentences of the source nobody has said anything of."""
    return len(open_passages(draft.source, draft.marks, names_in(draft)))


def source_pane(draft: PolicyDraft, name: str, number: int | None = None) -> SourcePane | None:
    """The source beside a section: the unit of this number, or else the first that it rests on, or that it may be of.

    That is the first open one behind those that other sections rest on, as documents are written from top to bottom.
    """
    units = source_units(draft)
    if not units or name not in names_in(draft):
        return None
    if number is None or not 0 <= number < len(units):
        cited = (at for at, unit in enumerate(units) if name in unit.by)
        last = max((at for at, unit in enumerate(units) if unit.by), default=-1)
        opened = [at for at, unit in enumerate(units) if unit.is_open and not unit.unit.is_heading]
        number = next(cited, next((at for at in opened if at > last), next(iter(opened), 0)))
    return SourcePane(name, units, number)
