"""What every compiled limit has: its code, the bucket of the ledger on which it stands, and the ceiling there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.engine.assessment import BucketUse
    from policies.engine.scopes import Scope


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
class Limit:
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
