"""A plan's phases and duties as the coverage register states them, and how each stands on a day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from policies.engine import Programme, RegisterRow
from policies.published.models import PolicyDocument
from policies.published.selectors import register_catalogue
from portal.core.charts import Span, SpanChart, span_chart
from portal.core.paging import Page, paginate
from review.targets.enums import ProgressState, Standing
from review.targets.goals import deadline
from review.targets.models import ProgressEntry

ENTRIES_SHOWN = 3
HISTORY_PAGE = 20
_SPAN_TONES = {Standing.DONE: "ok", Standing.LATE: "bad", Standing.UNDER_WAY: "main"}


@dataclass(frozen=True)
class Duty:
    """A phase or a duty of a plan: the register's row, and the years it is reported for (None: not by year)."""

    row: RegisterRow
    programme: Programme
    years: tuple[int | None, ...]

    @property
    def is_ongoing(self) -> bool:
        return self.programme.rhythm == "ongoing"

    @property
    def last_day(self) -> date | None:
        """The last day of its time, None where the document sets no end."""
        return _day_before(self.programme.ends_before)


def _plans() -> Mapping[str, tuple[Duty, ...]]:
    """The duties by document, as the public register has them. One query."""
    plans: dict[str, list[Duty]] = defaultdict(list)
    for row in register_catalogue().register:
        if row.programme is not None:
            plans[row.document_id].append(_duty(row, row.programme))
    return {code: tuple(duties) for code, duties in plans.items()}


def _duty(row: RegisterRow, programme: Programme) -> Duty:
    last = _day_before(programme.ends_before)
    years: tuple[int | None, ...] = (None,)
    if programme.rhythm == "year" and last is not None:
        years = tuple(range(programme.starts_on.year, last.year + 1))
    return Duty(row, programme, years)


def _day_before(day: date | None) -> date | None:
    return None if day is None else day - timedelta(days=1)


def plan_codes() -> tuple[str, ...]:
    """The documents that are plans, or have parts of one. One query."""
    return tuple(_plans())


def duty_of(document_code: str, rule: str) -> Duty | None:
    """A phase or duty by its document and its id in the register. One query."""
    return next((duty for duty in _plans().get(document_code, ()) if duty.row.id == rule), None)


@dataclass(frozen=True)
class Task:
    """A phase or duty, in one of its years: how it stands on a day, and what was reported last.

    `entries` are the latest few of `total`, latest first.
    """

    duty: Duty
    year: int | None
    standing: Standing
    entries: tuple[ProgressEntry, ...]
    total: int

    @property
    def tone(self) -> str:
        return self.standing.tone

    @property
    def last(self) -> ProgressEntry | None:
        return self.entries[0] if self.entries else None

    @property
    def due_on(self) -> date | None:
        """The last day it may be finished on, None where the document sets no end."""
        return _due_on(self.duty, self.year)


@dataclass(frozen=True)
class Part:
    """A phase or duty with all its tasks: one, or one a year."""

    duty: Duty
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Board:
    """A plan on a day: its phases in order, its duties by rhythm (in words), and the phases drawn as a line of time."""

    document: PolicyDocument
    on: date
    phases: tuple[Part, ...]
    groups: tuple[tuple[str, tuple[Part, ...]], ...]
    chart: SpanChart | None

    @property
    def tasks(self) -> list[Task]:
        return [task for part in (*self.phases, *(p for _, parts in self.groups for p in parts)) for task in part.tasks]

    @property
    def late(self) -> int:
        return sum(task.standing == Standing.LATE for task in self.tasks)

    @property
    def done(self) -> int:
        return sum(task.standing == Standing.DONE for task in self.tasks)


def read_board(document: PolicyDocument, *, on: date) -> Board | None:
    """The board of a plan on a day, None for a document that is none. Two queries."""
    duties = _plans().get(document.code)
    if not duties:
        return None
    entries: dict[tuple[str, int | None], list[ProgressEntry]] = defaultdict(list)
    for entry in _latest(ProgressEntry.objects.filter(document=document)):
        entries[entry.rule, entry.year].append(entry)
    parts = [
        Part(duty, tuple(_task(duty, year, entries.get((duty.row.id, year), []), on=on) for year in duty.years))
        for duty in duties
    ]
    phases = tuple(sorted((p for p in parts if p.duty.programme.is_phase), key=lambda p: p.duty.programme.starts_on))
    groups: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        if not part.duty.programme.is_phase:
            groups[part.duty.programme.rhythm_label].append(part)
    return Board(
        document, on, phases, tuple((label, tuple(held)) for label, held in groups.items()), _chart(phases, on=on)
    )


def read_task(document: PolicyDocument, duty: Duty, *, year: int | None, on: date) -> Task:
    """One phase or duty in one of its years, with what was reported last. One query."""
    entries = ProgressEntry.objects.filter(document=document, rule=duty.row.id, year=year)
    return _task(duty, year, list(_latest(entries)), on=on)


def progress_history(task: Task, document: PolicyDocument, *, after: str = "") -> Page[ProgressEntry]:
    """A page of what was reported of a task, latest first. One query."""
    entries = ProgressEntry.objects.filter(document=document, rule=task.duty.row.id, year=task.year)
    return paginate(entries.select_related("entered_by"), after=after, size=HISTORY_PAGE)


def _latest(entries: QuerySet[ProgressEntry]) -> Iterable[ProgressEntry]:
    """The last few entries of each task, latest first, each with how many there are (`total`)."""
    task = ("rule", "year")
    return (
        entries.annotate(
            place=Window(RowNumber(), partition_by=task, order_by=F("pk").desc()),
            total=Window(Count("pk"), partition_by=task),
        )
        .filter(place__lte=ENTRIES_SHOWN)
        .select_related("entered_by")
        .order_by("-pk")
    )


def _task(duty: Duty, year: int | None, entries: list[ProgressEntry], *, on: date) -> Task:
    last = entries[0] if entries else None
    total = getattr(last, "total", 0)
    return Task(duty, year, _standing(duty, year, last, on=on), tuple(entries), total)


def _standing(duty: Duty, year: int | None, last: ProgressEntry | None, *, on: date) -> Standing:
    state = last.state if last else ProgressState.NOT_BEGUN
    if state == ProgressState.DONE:
        return Standing.DONE
    begins = duty.programme.starts_on if year is None else max(duty.programme.starts_on, date(year, 1, 1))
    ends = _due_on(duty, year)
    if ends is not None and on > ends and not (duty.is_ongoing and state == ProgressState.UNDER_WAY):
        return Standing.LATE
    if state == ProgressState.UNDER_WAY:
        return Standing.UNDER_WAY
    if on < begins:
        return Standing.AHEAD
    # A phase is under way because its days are: nobody has to report that it began.
    return Standing.UNDER_WAY if duty.programme.is_phase else Standing.NOT_BEGUN


def _due_on(duty: Duty, year: int | None) -> date | None:
    if year is None or duty.last_day is None:
        return duty.last_day
    return min(deadline(year), duty.last_day)


def _chart(phases: tuple[Part, ...], *, on: date) -> SpanChart | None:
    if not phases:
        return None
    spans = []
    for part in phases:
        programme, task = part.duty.programme, part.tasks[0]
        last = part.duty.last_day or programme.starts_on
        days = f"{programme.starts_on:%Y年%-m月} 至 {last:%Y年%-m月} · {task.standing.label}"
        tone = _SPAN_TONES.get(task.standing, "quiet")
        spans.append(Span(part.duty.row.title, programme.starts_on, last, days, tone, f"#{part.duty.row.id}"))
    return span_chart("建设阶段", spans, today=on)
