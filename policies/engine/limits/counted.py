"""`count`: what limits of a number have in common, and how a claim's lines are counted against them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from policies.engine.limits.base import GROUP, PER, Ceiling, CompiledLimit, Limit
from policies.engine.problems import problem_code
from policies.engine.scopes import SCOPES, Scope
from policies.engine.spec import COUNT, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from policies.engine.assessment import BucketUse
    from policies.engine.part import Part
    from policies.engine.problems import Fault, Place
    from policies.engine.trace import Note

TALLIES = {"paid": "以前批准过几次", "lines": "连同本次逐项计", "applicants": "每个主体占一个名额"}
WRONG_TALLY = problem_code(
    "wrong_tally",
    "次数与名额的计法不符",
    "次数用 paid 或 lines，年度名额用 lines 或 applicants",
    form="次数与名额的计法不符：次数请选以前批准过几次或逐项计，年度名额请选逐项计或每个主体占一个。",
)


@dataclass(frozen=True, kw_only=True)
class Counted(Limit):
    """So many times or places: `tallies` are the ways to count over `counts_over`; `figure` is its name."""

    kind = "count"
    label = "次数或名额"
    help = "同一主体最多几次，或全市每年几个名额"
    order = 20
    preset: ClassVar = {"code": "TIMES", "per": ["applicant"], "tally": "lines"}
    counts_over: ClassVar[Scope]
    tallies: ClassVar[tuple[str, ...]]
    figure: ClassVar[str]

    count: int = key(COUNT, "多少")
    per: tuple[str, ...] = key(PER, "按什么合计")
    tally: str = key(TALLIES, "怎么计数")
    group: str | None = key(GROUP, "与其他事项共用", help="几个事项写同一个组名，就共用这一个上限", default=None)

    def problems(self, item_id: str) -> Iterator[tuple[Place, Fault]]:
        """Times are counted by decisions or lines, places of a year by lines or applicants."""
        if SCOPES[self.per] is not self.counts_over or self.tally not in self.tallies:
            yield ("tally",), WRONG_TALLY.fault()

    def figures(self) -> Mapping[str, str]:
        return {"count": self.figure}


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLimit(CompiledLimit):
    """A compiled number. `by_line`: each paid line counts; otherwise the claim does."""

    count: int
    by_line: bool
    note: Note

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """The number of times or places."""
        del uses
        return Ceiling(times=self.count)

    def times_taken(self, lines: int) -> int:
        """Each paid line where lines count, else the claim."""
        return lines if self.by_line else 1


def count_lines(parts: Sequence[Part]) -> None:
    """How many of each line's equal ones count, by times and then by places; then the line's sum."""
    places: dict[str, int] = {}
    for run in parts:
        program = run.program
        times, quota = program.times, program.quota
        left = times.count - run.asked.times_before if times is not None and times.by_line else None
        for line in run.lines:
            count = line.count
            if (count == 1 and not program.limited) or line.reasons or line.missing or line.measured is not None:
                continue
            if left is not None and times is not None:
                count = min(count, left)
                left -= count
                if count < line.count:
                    times.cut_short(line, count)
            if quota is not None and count:
                count = quota.place(run, line, count, places)
            if line.amount is not None and not program.aggregate and count != 1:
                line.amount *= count
                line.note(program.notes["COUNT"], (count, line.amount))
            if line.amount is None and not count:
                line.needs_decision = False
