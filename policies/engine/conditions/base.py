"""What every family of tests says of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from policies.engine.checks import Check
    from policies.engine.columns.conditions import Test

# True: holds. False: does not. None: the fact is missing.
Facts = dict[str, Any]
Predicate = Callable[[Facts], bool | None]


class Bound(NamedTuple):
    """The side of a number on which a test lets facts stand; `is_strict` where the number itself fails."""

    is_lower: bool
    number: Fraction
    is_strict: bool


class Family(ABC):
    """Tests that are checked and computed alike.

    `tests`: what each is called in a form, by the key that names it. `needs_fact`: whether a condition with such a
    test asks for its fact unless it says otherwise. `adjustable`: tests whose bound a simulation may change.
    `offered`: the tests that a form offers for a fact, by the fact's type; `usual`: the one most likely meant.
    """

    order: ClassVar[int]
    tests: ClassVar[Mapping[str, str]]
    needs_fact: ClassVar[bool] = False
    adjustable: ClassVar[frozenset[str]] = frozenset()
    offered: ClassVar[Mapping[str, tuple[str, ...]]]
    usual: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def check(self, name: str) -> Check:
        """The check of a test's bound as it is written."""

    @abstractmethod
    def predicate(
        self, field: str, name: str, bound: Any, *, types: Mapping[str, str], settings: Mapping[str, Any]
    ) -> Predicate:
        """The test of one line's facts, under these readings. `types` are the item's facts by name."""

    @abstractmethod
    def column_test(
        self, field: str, name: str, bound: Any, *, types: Mapping[str, str], settings: Mapping[str, Any], item: str
    ) -> Test:
        """The test over columns. UnsupportedRuleError for what it cannot follow to the fen."""

    def suits(self, kind: str) -> bool:
        """Whether the tests can be asked of facts of this type."""
        return kind in self.offered

    def readings(self, name: str) -> frozenset[str]:
        """The readings that act on a test."""
        del name
        return frozenset()

    def choices(self, bound: Any) -> list[Any]:
        """The values that a test names, which a fact with choices must offer."""
        del bound
        return []

    def bound(self, name: str, bound: Any) -> Bound | None:
        """The number that bounds the fact, None for a test of another kind."""
        del name, bound
        return None

    @abstractmethod
    def takes(self, name: str) -> str:
        """What a test is compared with in a form: `values`, `value`, `number`, `day` or `fact`."""

    def phrase(self, name: str, compared: str) -> str:
        """The test with what it compares with, as a sentence has it after the fact."""
        return f"{self.tests[name].partition('（')[0]} {compared}"

    def other_field(self, bound: Any) -> str | None:
        """The second fact that a test asks about."""
        del bound
        return None


def on_field(field: str, test: Callable[[Any], bool]) -> Predicate:
    """A predicate of one fact, which cannot be told where the fact is missing."""

    def predicate(facts: Facts) -> bool | None:
        value = facts.get(field)
        return None if value is None else test(value)

    return predicate
