"""The open readings that a draft's items rest on, and the items whose sum nobody has named."""

from collections.abc import Mapping
from dataclasses import dataclass

from policies.drafting import yaml_codec
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.reading import read_draft
from policies.engine import Item, Setting
from policies.engine.operations.registry import read_operations
from policies.engine.vocabulary import package_vocabulary


def shared_settings() -> Mapping[str, Setting]:
    """The readings that all documents share, by name."""
    return package_vocabulary().settings


@dataclass(frozen=True)
class ReadingInUse:
    """A reading of the draft's, how many of its items rest on it, and the shared one where that is another."""

    setting: Setting
    items: int
    shared: Setting

    @property
    def is_own(self) -> bool:
        return (self.setting.default, self.setting.source) != (self.shared.default, self.shared.source)


def readings_in_use(draft: PolicyDraft) -> list[ReadingInUse]:
    """The shared readings that the draft's items rest on, in the vocabulary's order; empty while it has problems."""
    document = read_draft(draft).document
    if document is None:
        return []
    counts: dict[str, int] = {}
    found: dict[str, Setting] = {}
    for item in document.items:
        for setting in item.settings:
            counts[setting.name] = counts.get(setting.name, 0) + 1
            found[setting.name] = setting
    return [ReadingInUse(found[name], counts[name], one) for name, one in shared_settings().items() if name in found]


@dataclass(frozen=True)
class OpenSum:
    """An item of the draft for which a person decides the sum, and the index of its section."""

    index: int
    item: Item


def open_sums(draft: PolicyDraft) -> list[OpenSum]:
    """The items that name no sum, in their order; empty while the draft has problems."""
    document = read_draft(draft).document
    if document is None:
        return []
    places = {yaml_codec.name_of(section): index for index, section in enumerate(draft.sections)}
    return [OpenSum(places[item.id], item) for item in document.items if leaves_sum_open(item)]


def leaves_sum_open(item: Item) -> bool:
    """Whether an item leaves its sum to a person, so that another document's may stand in its place.

    One whose prize ends on a day is none of them: a fixed sum would go on after it.
    """
    steps = read_operations(item.steps)
    return any(step.awaits_decision for step in steps) and not any(step.phases_out for step in steps)
