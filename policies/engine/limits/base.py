"""What every limit says of itself: as a rule that an author writes, and compiled for one set of readings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from policies.engine.checks import item_id, list_of, one_of
from policies.engine.problems import problem_code
from policies.engine.scopes import SCOPES
from policies.engine.spec import CODE, GUARD, TEXT, Kind, Spec, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policies.engine.assessment import BucketUse
    from policies.engine.context import Context
    from policies.engine.operations.base import Wording
    from policies.engine.problems import Fault, Place
    from policies.engine.scopes import Scope

NO_SCOPE = problem_code("no_scope", "没有“{scope}”这样的范围", "可选：{known}", form="没有这样的合计范围，请重新选择。")
_words = list_of(one_of(dict.fromkeys(word for per in SCOPES for word in per)), least=1)


def _per(value: Any) -> list[str]:
    """The words of a scope that exists."""
    found: list[str] = _words(value)
    if tuple(found) not in SCOPES:
        raise NO_SCOPE.fault(scope=found, known=[list(words) for words in SCOPES])
    return found


PER = Kind("scope", _per, tuple)
GROUP = Kind("id", item_id)
ITEM = Kind("item", item_id)


class Ceiling(NamedTuple):
    """The most that a bucket may hold: a sum in fen, a number of times, or both; None where there is no most."""

    fen: int | None = None
    times: int | None = None

    def lower(self, other: Ceiling) -> Ceiling:
        """The lower of both, in either."""
        fen = [one.fen for one in (self, other) if one.fen is not None]
        times = [one.times for one in (self, other) if one.times is not None]
        return Ceiling(min(fen, default=None), min(times, default=None))


NO_CEILING = Ceiling()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledLimit:
    """One limit under one set of readings.

    `scope` and `base` name its buckets in the ledger that an office keeps; `asks` is the name in a question's `paid`
    (or `times`) that means these buckets, None where the item's own bucket of the scope is meant anyhow. A limit that
    only reads its bucket is not `is_entered`.
    """

    is_entered: ClassVar[bool] = True

    code: str
    scope: Scope
    base: str
    asks: str | None = None

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """What one of its buckets may hold, given what the engine's answer takes from buckets of the same subject."""
        del uses
        return NO_CEILING

    def times_taken(self, lines: int) -> int:
        """How often a claim counts in its bucket when this many of its lines are paid."""
        del lines
        return 1


@dataclass(frozen=True, kw_only=True)
class Limit(Spec, ABC):
    """A limit as an author writes it.

    `kind` is the key that tells it from the others, `order` its place in menus, `preset` what a new one holds.
    `stands_beside_its_like`: whether several of them act under one reading.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    order: ClassVar[int]
    preset: ClassVar[Mapping[str, Any]] = {}
    stands_beside_its_like: ClassVar[bool] = False

    code: str = key(CODE, "代码", help="大写字母开头，如 YEAR_CAP；同一事项内不重复")
    called: str | None = key(
        TEXT,
        "在依据里怎么称呼",
        name="label",
        help="如“同一主体每年”；不写时按合计范围称呼",
        default=None,
        shown=True,
    )
    guard: Mapping[str, bool] | None = key(GUARD, "只在口径如此时", name="if", default=None, common=True)
    cite: str | None = key(TEXT, "依据", default=None, common=True)

    @classmethod
    def matches(cls, content: Mapping[str, Any]) -> bool:
        """Whether a content that has the kind's key is this limit."""
        return cls.kind in content

    @classmethod
    def complete(cls, content: dict[str, Any]) -> None:
        """Put into a content what its author may leave out and the normal form has."""

    @abstractmethod
    def compile(self, context: Context, *, item_id: str) -> CompiledLimit:
        """The limit under the readings of `context`."""

    def facts(self) -> Iterator[str]:
        """The facts that it asks for."""
        yield from ()

    def problems(self, item_id: str) -> Iterator[tuple[Place, Fault]]:
        """Faults of meaning of the limit of this item, each with its place inside the limit."""
        yield from ()

    @abstractmethod
    def sentence(self) -> str:
        """The limit in plain words."""

    @abstractmethod
    def short_name(self) -> str:
        """What tables call it."""

    def bounds(self, words: Wording) -> Iterator[str]:
        """The bounds that stand below a heading."""
        yield from ()

    def figures(self) -> Mapping[str, str]:
        """The figures that a simulation may change: the key's name, and what the figure is called."""
        return {}
