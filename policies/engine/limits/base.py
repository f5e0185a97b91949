"""What every limit says of itself: as a rule that an author writes, and compiled for one set of readings."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, Self, TypeVar

from policies.engine.checks import item_id, list_of, one_of
from policies.engine.columns.conditions import UnsupportedRuleError
from policies.engine.columns.ledger import grouped
from policies.engine.problems import problem_code
from policies.engine.scopes import SCOPES, scope_of
from policies.engine.spec import CODE, COUNT, FACT, GUARD, ONLY, RATIO, TEXT, Key, Kind, Spec, key

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
    from fractions import Fraction

    from policies.engine.assessment import BucketUse, Reason
    from policies.engine.batch.answers import Answers, Work
    from policies.engine.batch.run import Run
    from policies.engine.columns.context import ColumnContext
    from policies.engine.columns.keys import Keys
    from policies.engine.columns.ledger import Ledger
    from policies.engine.columns.population import IntArray
    from policies.engine.context import Context
    from policies.engine.line import Line
    from policies.engine.operations.base import Label, Wording
    from policies.engine.part import Part
    from policies.engine.pool import Pool
    from policies.engine.problems import Fault, Place
    from policies.engine.scopes import Scope
    from policies.engine.trace import Entry, Note
    from policies.engine.trace import Wording as NoteWording

Way = TypeVar("Way", bound="Hashable")
NO_SCOPE = problem_code("no_scope", "没有“{scope}”这样的范围", "可选：{known}", form="没有这样的合计范围，请重新选择。")
YEARS = problem_code(
    "years_of_scope",
    "年数与合计范围不符",
    "按“最近几年”合计的请写 years，其他范围不写",
    form="按“最近几年”合计时请填写几年，其他范围请留空。",
)
NOT_SHARED = problem_code(
    "not_shared_by_all",
    "名额或资金应由全市或各区共用",
    "per 请写 [programme, year] 或 [district, year]",
    form="名额或按比例折算的资金，请按“全市，每年”或“每个区，每年”合计。",
)
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


@dataclass(frozen=True, kw_only=True)
class Scale(Spec):
    """A share of a cap that holds for some applicants only."""

    ratio: Fraction = key(RATIO, "按几成")
    only: Mapping[str, Any] = key(ONLY, "只对谁")


# The schema checks what is inside, as that of `ONLY`.
SCALE = Kind("scale", lambda value: value, Scale.read)


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
    (or `times`, `places`) that means these buckets, None where the item's own bucket of the scope is meant anyhow. A
    limit that only reads its bucket is not `is_entered`. `turn` is its place among limits that do the same; `by_line`:
    whether the version that answers a line has it, and not that of the claim; `columns` is what it does to a whole
    population.

    `refusal` to `deduct` are what it does to one claim, in this order; each limit does some of it. `state` is the
    claim's: what limits remember from line to line and from item to item.
    """

    is_entered: ClassVar[bool] = True
    # Whether a rank that a selection gave counts what was taken before, so that the ledger adds nothing to it.
    ranks_all: ClassVar[bool] = False
    by_line: ClassVar[bool] = False
    # Whether one paid claim is the only one of its bucket: every later one is refused as a whole.
    is_sole: ClassVar[bool] = False
    turn: ClassVar[int]
    columns: ClassVar[type[LimitColumns]]

    code: str
    scope: Scope
    base: str
    asks: str | None = None

    @property
    def cap(self) -> int | None:
        """Fen that a bucket may hold at most, whoever claims; None where it holds no sum."""
        return None

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """What one of its buckets may hold, given what the engine's answer takes from buckets of the same subject."""
        del uses
        return NO_CEILING

    def times_taken(self, lines: int) -> int:
        """How often a claim counts in its bucket when this many of its lines are paid."""
        del lines
        return 1

    # ---- one claim -----------------------------------------------------------------------------------
    def refusal(self, part: Part) -> Reason | None:
        """Why the whole item is refused before its lines are looked at."""
        raise NotImplementedError

    def choose(self, part: Part, state: dict[Any, Any]) -> None:
        """Refuse lines that exclude each other."""
        raise NotImplementedError

    def keep(self, part: Part, line: Line, count: int, state: dict[Any, Any]) -> int:
        """How many of a line's equal ones count."""
        raise NotImplementedError

    def bucket(self, part: Part, line: Line, state: dict[Any, Any]) -> ClaimBucket:
        """The bucket from which the line takes its sum."""
        raise NotImplementedError

    def deduct(self, claim: Pool, part: Part) -> Entry | None:
        """Take off the item's sum; returns what happened."""
        raise NotImplementedError

    def use(self, part: Part) -> BucketUse | None:
        """What the item takes from its bucket where that is no sum."""
        raise NotImplementedError

    # ---- columns -------------------------------------------------------------------------------------
    def reads(self, item_id: str) -> tuple[str, Scope | None, str] | None:
        """The ledger of sums that its column step reads, with the bucket behind it; UnsupportedRuleError."""
        del item_id
        return None

    def compile_columns(self, context: ColumnContext) -> Any:
        """What its column step needs besides itself."""
        del context

    @classmethod
    def acting(cls, limits: Iterable[CompiledLimit], method: str) -> tuple[Any, ...]:
        """Those limits that have this method, in their turn."""
        found = (limit for limit in limits if getattr(type(limit), method) is not getattr(CompiledLimit, method))
        return tuple(sorted(found, key=lambda limit: limit.turn))


class ClaimBucket(Protocol):
    """A bucket of one claim, while its lines take from it in their order."""

    def cut(self, line: Line) -> None:
        """Cut a line to what is left."""

    def take(self, line: Line) -> None:
        """Take what the line gets after all cuts."""

    def use(self) -> BucketUse | None:
        """What its lines took, None for nothing."""


class LimitColumns:
    """What the limits of one class do to the claims of a run, for all at once; the methods are called in this order.

    `limits`: each with the lines that it binds (None: all).
    """

    def __init__(self, run: Run, limits: Sequence[tuple[Any, IntArray | None]]) -> None:
        del run
        self.limits = [limit for limit, _ in limits]
        self.limit = self.limits[0]

    @property
    def counts(self) -> bool:
        """Whether it says how many of a line's equal ones count."""
        return False

    def refuse(self, work: Work) -> None:
        """Note reasons against whole claims, before their lines are looked at."""

    def choose(self, work: Work) -> None:
        """Refuse lines that exclude each other."""

    def keep(self, work: Work) -> None:
        """Say how many of the lines' equal ones count."""

    def cut(self, work: Work) -> None:
        """Cut lines to what is left in their buckets."""

    def deduct(self, work: Work) -> None:
        """Take off the claims' sums."""

    def conclude(self, work: Work, answers: Answers) -> None:
        """Add to the answers what only this limit asks."""

    def narrowed(self, lines: IntArray) -> Self:
        """The same for some claims of the run, whose lines these are."""
        del lines
        return copy.copy(self)

    @classmethod
    def ledgers(cls, runs: list[Run], keys: Keys) -> Iterator[Ledger]:
        """The ledgers that it needs besides those of sums."""
        del runs, keys
        yield from ()


def limits_of(run: Run, columns: type[LimitColumns]) -> Any:
    """The limit of a run's claims that has these columns, None where there is none."""
    return next((limit for limit in run.program.limits if limit.columns is columns), None)


def subject_of(part: Part, line: Line) -> str:
    """The right, loan or project of a line as it is stated; a line that names none has one of its own."""
    name = part.program.item.subject
    value = line.facts.get(name) if name else None
    return str(value) if value is not None else f"{part.program.item.id}#{line.number}"


def shared_by(
    runs: list[Run], columns: type[LimitColumns], name: Callable[[Any], str], way: Callable[[Any], Way]
) -> Iterator[tuple[str, Way, list[Run]]]:
    """The runs whose limits of these columns have one name, and the one way in which all of them count.

    UnsupportedRuleError where two of them count in different ways.
    """
    limits = [limits_of(run, columns) for run in runs]
    for shared, members in grouped(runs, (None if one is None else name(one) for one in limits)).items():
        ways = {way(limits_of(run, columns)) for run in members}
        if len(ways) > 1:
            raise UnsupportedRuleError(members[0].item.id, f"what {shared} holds is counted in different ways")
        yield shared, ways.pop(), members


@dataclass(frozen=True, kw_only=True)
class Scoped(Spec):
    """What a limit counts over."""

    per: tuple[str, ...] = key(PER, "按什么合计")
    years: int | None = key(COUNT, "最近几年", help="只在按“同一主体，最近几年”合计时填写", default=None)

    @property
    def scope(self) -> Scope:
        return scope_of(self.per, self.years)

    def scope_problems(self) -> Iterator[tuple[Place, Fault]]:
        """Years are said where the last years count, and nowhere else."""
        if SCOPES[self.per].is_rolling != (self.years is not None):
            yield ("years",), YEARS.fault()


@dataclass(frozen=True, kw_only=True)
class Shared(Spec):
    """What a limit of a year counts over that the claims of a city or a district share."""

    per: tuple[str, ...] = key(PER, "按什么合计")

    @property
    def scope(self) -> Scope:
        return SCOPES[self.per]

    def scope_problems(self) -> Iterator[tuple[Place, Fault]]:
        """Only what all share can be shared out."""
        if not self.scope.is_shared:
            yield ("per",), NOT_SHARED.fault()


@dataclass(frozen=True, kw_only=True)
class Limit(Spec, ABC):
    """A limit as an author writes it.

    `kind` is the key that tells it from the others, `order` its place in menus, `preset` what a new one holds.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    order: ClassVar[int]
    preset: ClassVar[Mapping[str, Any]] = {}

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
    @cache
    def declared(cls) -> Mapping[str, Key]:
        """Its keys by attribute, what the limit is about before what its kinds share."""
        return dict(sorted(super().declared().items(), key=lambda pair: pair[1].name not in ("code", cls.kind)))

    @classmethod
    def complete(cls, content: dict[str, Any]) -> None:
        """Put into a content what its author may leave out and the normal form has."""

    @abstractmethod
    def compile(self, context: Context, *, item_id: str) -> CompiledLimit:
        """The limit under the readings of `context`."""

    def note(self, context: Context, wording: NoteWording | str) -> Note:
        """A note of what the limit did, with its code and the article that it names."""
        return context.note(self.code, wording, cite=self.cite)

    @property
    def acts_as(self) -> object:
        """What only the first of several limits does under one reading; None where all act."""
        return type(self)

    @property
    def repeats_rights(self) -> bool:
        """Whether one right may be supported several times."""
        return False

    @property
    def districts_named(self) -> Iterable[str]:
        """The districts that it names."""
        return ()

    @property
    def group_of_one(self) -> str | None:
        """The group of items of which only one is paid."""
        return None

    def other_items(self) -> Iterator[tuple[Place, str]]:
        """Items of the document that it names, each with the place inside the limit."""
        yield from ()

    def facts(self) -> Iterator[str]:
        """The facts that it asks for: those that its keys name."""
        for name, declared in self.declared().items():
            if declared.kind is FACT and getattr(self, name) is not None:
                yield getattr(self, name)

    def edges(self) -> Iterator[tuple[str, Fraction]]:
        """Values of facts at which its answer changes, for made claims."""
        yield from ()

    def problems(self, item_id: str, types: Mapping[str, str]) -> Iterator[tuple[Place, Fault]]:
        """Faults of meaning of the limit of this item, whose facts have these types, each with its place."""
        yield from ()

    @abstractmethod
    def sentence(self, label: Label) -> str:
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
