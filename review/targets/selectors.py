"""Reading targets: what each aims at, what was measured, and what the engine says of it on a day."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from policies.engine import Outcome, assess
from policies.published.enums import DocumentStatus
from policies.published.models import ItemVersion, PolicyDocument, SupportItem
from policies.published.selectors import TARGET, catalogue_for, compiled_item
from portal.accounts.models import User
from portal.core.paging import Page, paginate
from review.targets.enums import Verdict
from review.targets.figures import attainment, figure_text
from review.targets.goals import Goal, deadline, goal_of
from review.targets.models import Measurement
from review.targets.permissions import recordable_documents
from review.targets.sources import PlatformFigure, platform_figure

HISTORY_PAGE = 20
_YEAR_OF_ARTICLE = re.compile(r"（\d{4}年）$")


@dataclass(frozen=True)
class Aim:
    """A published target item with the version that is judged by and what it aims at."""

    item: SupportItem
    version: ItemVersion
    goal: Goal

    @property
    def citation(self) -> str:
        return compiled_item(self.version).citation

    @property
    def summary(self) -> str:
        return self.item.summary


@dataclass(frozen=True)
class Standing:
    """One target in one year: its measurement (None: not measured), and how it stands on the day asked for."""

    aim: Aim
    year: int
    measurement: Measurement | None
    verdict: Verdict
    sentence: str

    @property
    def goal(self) -> Goal:
        return self.aim.goal

    @property
    def tone(self) -> str:
        return self.verdict.tone

    @property
    def due_on(self) -> date:
        return deadline(self.year)

    @cached_property
    def figure(self) -> str:
        """The measured value as it is read, "" where there is none."""
        return measured_text(self.measurement, self.goal.unit) if self.measurement else ""

    @property
    def percent(self) -> Decimal | None:
        """The value in per cent of the target, None where that means nothing."""
        value = self.measurement.value if self.measurement else None
        return None if value is None else attainment(value, self.goal.target)

    @property
    def gap(self) -> str:
        """How far the value is from the target, in words."""
        value = self.measurement.value if self.measurement else None
        if value is None or self.goal.target is None:
            return ""
        missing = self.goal.target - value
        if missing > 0:
            return f"还差 {figure_text(missing, self.goal.unit)}"
        if missing < 0:
            return f"超出 {figure_text(-missing, self.goal.unit)}"
        return "正好达到" if self.verdict == Verdict.MET else "已持平，须超过"


def measured_text(measurement: Measurement, unit: str) -> str:
    """A measured value as it is read: with its unit, 至少 where only a part was counted."""
    if measurement.value is None:
        return measurement.wording or "作废"
    figure = figure_text(measurement.value, unit)
    return f"至少 {figure}" if measurement.is_lower_bound else figure


@dataclass(frozen=True)
class Row:
    """One measure over the years of a dashboard: a place a year, empty where the document aims at nothing."""

    title: str
    cells: tuple[Standing | None, ...]

    @property
    def standings(self) -> list[Standing]:
        return [cell for cell in self.cells if cell is not None]

    @property
    def article(self) -> str:
        """Where the document says it, without the year that the columns show."""
        return _YEAR_OF_ARTICLE.sub("", self.standings[-1].aim.item.article)


@dataclass(frozen=True)
class Dashboard:
    """A document's targets by measure and year, as they stand on a day."""

    document: PolicyDocument
    on: date
    years: tuple[int, ...]
    rows: tuple[Row, ...]

    @cached_property
    def standings(self) -> list[Standing]:
        return [standing for row in self.rows for standing in row.standings]

    @property
    def targets(self) -> int:
        """How many targets the document sets; one that is due every year is one."""
        return len({standing.aim.item.code for standing in self.standings})

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many stand how, by verdict, in the order of `Verdict`."""
        counted = Counter(standing.verdict for standing in self.standings)
        return {verdict.value: counted[verdict] for verdict in Verdict}


def target_documents() -> QuerySet[PolicyDocument]:
    """The documents that aim at something measured; drafts do not yet."""
    return (
        PolicyDocument.objects.filter(items__kind=TARGET)
        .exclude(status=DocumentStatus.DRAFT)
        .select_related("region__parent")
        .distinct()
        .order_by("-effective_from", "code")
    )


def read_dashboards(documents: Iterable[PolicyDocument], *, on: date) -> list[Dashboard]:
    """The dashboards of some documents on a day. Two queries, however many documents and measurements."""
    documents = list(documents)
    aims = _aims(SupportItem.objects.filter(document__in=documents))
    measured = _measured(aim.goal.measured_as for aim in aims)
    return [
        _dashboard(document, [aim for aim in aims if aim.item.document_id == document.pk], measured, on=on)
        for document in documents
    ]


def read_dashboard(document: PolicyDocument, *, on: date) -> Dashboard:
    """One document's dashboard on a day. Two queries."""
    return read_dashboards([document], on=on)[0]


def _aims(items: QuerySet[SupportItem]) -> list[Aim]:
    """The target items among some, each with the version in force when it is due, or else the latest. One query.

    A target of which no year is known cannot be judged and is left out.
    """
    versions: dict[int, list[ItemVersion]] = {}
    found = ItemVersion.objects.filter(item__in=items, item__kind=TARGET).select_related("item__document__region")
    for version in found.order_by("item__document_id", "item__position", "number"):
        versions.setdefault(version.item_id, []).append(version)
    aims = []
    for held in versions.values():
        try:
            aims.append(_aim(held))
        except ValueError:
            continue
    return aims


def _aim(versions: list[ItemVersion]) -> Aim:
    latest = versions[-1]
    due = deadline(goal_of(compiled_item(latest)).years[-1])
    at_due = [v for v in versions if v.valid_from and v.valid_from <= due and (v.valid_to is None or due < v.valid_to)]
    version = at_due[-1] if at_due else latest
    return Aim(version.item, version, goal_of(compiled_item(version)))


def _measured(codes: Iterable[str]) -> dict[tuple[str, int], Measurement]:
    """The measurement that counts by target's code and year. One query."""
    rows = Measurement.objects.standing().filter(item__code__in=set(codes)).exclude(value=None, wording="")
    rows = rows.select_related("item").order_by("measured_on", "pk")
    found: dict[tuple[str, int], Measurement] = {}
    for row in rows:
        held = found.get((row.item.code, row.year))
        if held is None or counts_over(row, held):
            found[row.item.code, row.year] = row
    return found


def counts_over(later: Measurement, held: Measurement) -> bool:
    """Whether a later measurement takes the place of an earlier one.

    A part that was counted later says nothing against a whole, unless the part alone is more.
    """
    if not later.is_lower_bound or held.is_lower_bound or later.value is None or held.value is None:
        return True
    return later.value > held.value


def _dashboard(
    document: PolicyDocument, aims: list[Aim], measured: Mapping[tuple[str, int], Measurement], *, on: date
) -> Dashboard:
    years = tuple(sorted({year for aim in aims for year in aim.goal.years}))
    series: dict[str, dict[int, Standing]] = {}
    for aim in aims:
        for year in aim.goal.years:
            held = series.setdefault(aim.goal.series, {})
            held[year] = judge(aim, year, measured.get((aim.goal.measured_as, year)), on=on)
    rows = [Row(cells[max(cells)].goal.title, tuple(cells.get(year) for year in years)) for cells in series.values()]
    return Dashboard(document, on, years, tuple(rows))


def judge(aim: Aim, year: int, measurement: Measurement | None, *, on: date) -> Standing:
    """Ask the engine whether a measured value meets a target, and the day what a miss means.

    Before the last day of its year a target is still open; what counts only a part can meet it, and not miss it.
    """
    if measurement is None or measurement.is_void:
        return Standing(aim, year, None, Verdict.UNMEASURED, "")
    question = {
        "item": aim.item.code,
        "on": deadline(year).isoformat(),
        "applicant": {"kind": "institution"},
        "lines": [{"value": _asked(measurement), "measured_on": deadline(year).isoformat()}],
    }
    answer = assess(catalogue_for(aim.version), question)
    if answer.outcome is Outcome.TARGET_MET:
        verdict = Verdict.MET
    elif answer.outcome is not Outcome.TARGET_MISSED:
        verdict = Verdict.UNDECIDED
    elif on <= deadline(year):
        verdict = Verdict.OPEN
    else:
        verdict = Verdict.UNDECIDED if measurement.is_lower_bound else Verdict.MISSED
    return Standing(aim, year, measurement, verdict, "；".join(step["text"] for step in answer.steps))


def _asked(measurement: Measurement) -> str:
    return measurement.wording if measurement.value is None else format(measurement.value.normalize(), "f")


# ---- one target -----------------------------------------------------------------------------------
def find_aim(code: str) -> Aim | None:
    """The published target of a code, None where there is none. One query."""
    aims = _aims(SupportItem.objects.filter(code=code).exclude(document__status=DocumentStatus.DRAFT))
    return aims[0] if aims else None


def standings_of(aim: Aim, *, on: date) -> list[Standing]:
    """How a target stands in each of its years. One query."""
    measured = _measured([aim.goal.measured_as])
    return [judge(aim, year, measured.get((aim.goal.measured_as, year)), on=on) for year in aim.goal.years]


def platform_figures(aims: Iterable[Aim], *, on: date) -> dict[tuple[str, int], PlatformFigure]:
    """What the portal's own claims say, by target's code and year begun. One query for each measure with a source."""
    counted: dict[tuple[str, int], PlatformFigure | None] = {}
    found = {}
    for aim in aims:
        for year in aim.goal.years:
            # A year that is still to come has nothing in it; a target due later already counts.
            if aim.goal.is_yearly and year > on.year:
                continue
            measure = (aim.goal.measured_as, year)
            if measure not in counted:
                counted[measure] = platform_figure(aim.goal, aim.item.document, year=year, on=on)
            figure = counted[measure]
            if figure is not None:
                found[aim.item.code, year] = figure
    return found


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A measurement as the history shows it, corrected and void ones included."""

    row: Measurement
    figure: str
    is_replaced: bool


def measurement_history(aim: Aim, *, after: str = "") -> Page[HistoryRow]:
    """A page of what was entered for a target, latest first. One query."""
    rows = Measurement.objects.filter(item__code=aim.goal.measured_as)
    page = paginate(rows.select_related("replaced_by", "replaces", "entered_by"), after=after, size=HISTORY_PAGE)
    return page.map(
        lambda row: HistoryRow(row, measured_text(row, aim.goal.unit), getattr(row, "replaced_by", None) is not None)
    )


# ---- who may record -------------------------------------------------------------------------------
def recordable_items(user: User) -> QuerySet[SupportItem]:
    """The targets whose values this person may enter."""
    return (
        SupportItem.objects.filter(recordable_documents(user, "document__"), kind=TARGET)
        .exclude(document__status=DocumentStatus.DRAFT)
        .select_related("document__region")
    )


def may_record(user: Any, document: PolicyDocument) -> bool:
    """Whether a person (or a stranger) may enter values and progress of a document. No query for a stranger."""
    return bool(
        user.is_authenticated
        and user.is_official
        and PolicyDocument.objects.filter(recordable_documents(user), pk=document.pk).exists()
    )
