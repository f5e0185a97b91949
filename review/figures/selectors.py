"""Reading figures: totals and breakdowns of some months, desks by age, officers, and what stands behind each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import F, Max, Q, QuerySet, Sum

from applications.claims.enums import ClaimStatus
from applications.claims.visibility import visible_claims
from policies.published.models import SupportItem
from portal.accounts.enums import SizeClass
from portal.accounts.models import Region
from portal.core import clock
from portal.core.money import to_yuan
from portal.core.paging import Page, paginate
from review.decisions.enums import DeclineGround, RefusalGround, Stage
from review.figures.counting import NO_GROUND, grounds_of, postings_of, steps_between, timed_steps, with_decided
from review.figures.measures import BOOKED, OF_ACTION, REFUSALS, TIMED, Measure
from review.figures.models import CountedMonth, DeskFigure, Figure, OfficerFigure
from review.treasury.months import month_bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from applications.claims.models import Claim
    from portal.accounts.models import User
    from review.treasury.models import Posting

PAGE = 50
GROUND_LABELS = {**dict(DeclineGround.choices), **dict(RefusalGround.choices), NO_GROUND: "其他原因"}
# Days that a claim has been where it is, in words, with the fewest and the most (None: no end).
AGES = (("一周内", 0, 6), ("一至两周", 7, 13), ("两周至一月", 14, 29), ("一至三月", 30, 89), ("三月以上", 90, None))


def counted_years() -> list[int]:
    """Years of which months are counted."""
    return [day.year for day in CountedMonth.objects.dates("month", "year")]


def counted_until() -> datetime | None:
    """Until when figures are counted; None before the first count."""
    found: datetime | None = CountedMonth.objects.aggregate(at=Max("counted_at"))["at"]
    return found


@dataclass(frozen=True, slots=True)
class FigureFilter:
    """Which figures: months from `first` to `last` (their first days, both included), and what narrows them."""

    first: date
    last: date
    region: str = ""
    item_id: int | None = None
    size: str = ""

    @property
    def words(self) -> str:
        """The stretch of months in words."""
        year, one, other = self.first.year, self.first.month, self.last.month
        if (one, other) == (1, 12):
            return f"{year}年"
        return f"{year}年{one}月" if one == other else f"{year}年{one}—{other}月"

    def bounds(self) -> tuple[datetime, datetime]:
        """The first moment of the months and that after them, or until when they are counted where that is earlier."""
        start, end = month_bounds(self.first)[0], month_bounds(self.last)[1]
        return start, min(end, counted_until() or end)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Figures of the districts, items and sizes asked for."""
        wanted = {"region_id": self.region, "item_id": self.item_id, "size_class": self.size}
        return rows.filter(**{name: value for name, value in wanted.items() if value})

    def months(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Figures of the months asked for."""
        return rows.filter(month__gte=self.first, month__lte=self.last)


@dataclass(slots=True)
class Tally:
    """Numbers and sums by measure, of one row of a breakdown."""

    label: str
    key: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)

    def count(self, measure: str) -> int:
        return self.counts.get(measure, 0)

    def yuan(self, measure: str) -> Decimal:
        """The sum of a measure in yuan."""
        return to_yuan(self.sums.get(measure, 0))

    @property
    def refused(self) -> int:
        """What was refused, at acceptance or later."""
        return sum(self.count(measure) for measure in REFUSALS)

    @property
    def in_time_percent(self) -> str:
        """The part of timed conclusions that were in time, such as 98.5%; "" where none was timed."""
        in_time, late = self.count(Measure.IN_TIME), self.count(Measure.LATE)
        if not in_time + late:
            return ""
        thousandths = in_time * 1000 // (in_time + late)
        return f"{thousandths // 10}.{thousandths % 10}%"


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A table of figures: what its rows are, the name of the filter that leads to one of them, and the rows."""

    title: str
    heading: str
    parameter: str
    rows: list[Tally]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a stretch of months, as one person sees them."""

    asked: FigureFilter
    total: Tally
    months: list[Tally]
    breakdowns: list[Breakdown]
    grounds: list[Tally]


def figures_of(user: User, asked: FigureFilter) -> Figures:
    """The figures asked for, of the districts that the person sees. Six queries."""
    rows = asked.narrow(asked.months(Figure.objects.visible_to(user)))
    by_month = _tallies(rows, "month")
    # Months to come have no figures.
    last = max(asked.first, min(asked.last, clock.today()))
    months = [
        Tally(f"{number}月", str(number), *by_month.get(asked.first.replace(month=number), ({}, {})))
        for number in range(asked.first.month, last.month + 1)
    ]
    total = Tally("合计")
    for each in months:
        for measure, count in each.counts.items():
            total.counts[measure] = total.count(measure) + count
        for measure, fen in each.sums.items():
            total.sums[measure] = total.sums.get(measure, 0) + fen
    by_region, by_item = _tallies(rows, "region_id"), _tallies(rows, "item_id")
    regions = dict(Region.objects.filter(code__in=by_region).values_list("code", "name"))
    items = dict(SupportItem.objects.filter(pk__in=by_item).values_list("pk", "title"))
    sizes = {**dict(SizeClass.choices), "": "未填或不适用"}
    breakdowns = [
        Breakdown("按区县", "区县", "district", _labelled(by_region, regions)),
        Breakdown("按事项", "事项", "item", _labelled(by_item, items)),
        Breakdown("按企业规模", "企业规模", "size", _labelled(_tallies(rows, "size_class"), sizes)),
    ]
    return Figures(asked, total, months, breakdowns, _grounds(rows))


def _tallies(rows: QuerySet[Figure], by: str) -> dict[Any, tuple[dict[str, int], dict[str, int]]]:
    """By a column the numbers and the sums of each measure. One query."""
    found: dict[Any, tuple[dict[str, int], dict[str, int]]] = defaultdict(lambda: ({}, {}))
    grouped = rows.values_list(by, "measure").annotate(number=Sum("count"), total=Sum("fen")).order_by()
    for key, measure, count, fen in grouped:
        found[key][0][measure] = count
        found[key][1][measure] = fen
    return found


def _labelled(found: Mapping[Any, tuple[dict[str, int], dict[str, int]]], labels: Mapping[Any, str]) -> list[Tally]:
    return [Tally(labels[key], str(key), *found[key]) for key in labels if key in found]


def _grounds(rows: QuerySet[Figure]) -> list[Tally]:
    """Refusals by their first ground, the most frequent first."""
    refused = rows.filter(measure__in=REFUSALS).values_list("measure", "ground").annotate(number=Sum("count"))
    found = [
        Tally(f"{Measure(measure).label}：{GROUND_LABELS.get(ground, ground)}", ground, {measure: count})
        for measure, ground, count in refused.order_by()
    ]
    return sorted(found, key=lambda tally: (-sum(tally.counts.values()), tally.label))


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """What one officer concluded at one stage."""

    name: str
    stage: str
    steps: int
    late: int
    returned: int
    refused: int
    workdays: int

    @property
    def mean_workdays(self) -> Decimal:
        """Working days for one conclusion, to a tenth."""
        return (Decimal(self.workdays) / self.steps).quantize(Decimal("0.1"))


def officers_of(user: User, asked: FigureFilter) -> list[OfficerRow]:
    """What officers concluded in the months asked for, by stage; the busiest first."""
    rows = asked.months(OfficerFigure.objects.visible_to(user))
    if asked.region:
        rows = rows.filter(region_id=asked.region)
    names = ("steps", "late", "returned", "refused", "workdays")
    sums = (
        rows.values_list("stage", "officer__name", "officer_id")
        .annotate(**{f"{name}_sum": Sum(name) for name in names})
        .order_by("stage", "-steps_sum", "officer")
    )
    found = [OfficerRow(name, Stage(stage).label, *figures) for stage, name, _, *figures in sums]
    order = [str(label) for label in Stage.labels]
    return sorted(found, key=lambda row: order.index(row.stage))


@dataclass(slots=True)
class DeskRow:
    """How many open claims stand in one state, by how long."""

    status: ClaimStatus
    ages: list[int]
    fen: int = 0

    @property
    def count(self) -> int:
        return sum(self.ages)

    @property
    def yuan(self) -> Decimal:
        """What they ask for, in yuan."""
        return to_yuan(self.fen)


def desks_of(user: User, asked: FigureFilter, *, today: date) -> list[DeskRow]:
    """The open claims by state and by the days they have been there, in the order of the procedure."""
    wanted = {"region_id": asked.region, "item_id": asked.item_id}
    rows = DeskFigure.objects.visible_to(user).filter(**{name: value for name, value in wanted.items() if value})
    found: dict[str, DeskRow] = {}
    for status, since, count, fen in rows.values_list("status", "since").annotate(n=Sum("count"), f=Sum("fen")):
        desk = found.setdefault(status, DeskRow(ClaimStatus(status), [0 for _ in AGES]))
        age = (today - since).days
        place = next(number for number, (_, _, most) in enumerate(AGES) if most is None or age <= most)
        desk.ages[place] += count
        desk.fen += fen
    return [found[status] for status in ClaimStatus.values if status in found]


@dataclass(frozen=True, slots=True)
class Behind:
    """One step or entry behind a figure; `yuan` is None for a measure without a sum."""

    claim: Claim
    at: datetime
    yuan: Decimal | None


def behind(
    user: User, asked: FigureFilter, measure: Measure, *, ground: str = "", after: str = ""
) -> tuple[Page[Behind], int]:
    """A page of what a figure was counted from, as far as the person sees the claims, and how many there are."""
    related = ("claim__applicant", "claim__item", "claim__region")
    if measure in BOOKED:
        return _entries_behind(user, asked, measure, related, after)
    rows = _steps_behind(user, asked, measure, ground)
    page = paginate(rows.select_related(*related), after=after, size=PAGE)
    return page.map(lambda event: Behind(event.claim, event.at, _sum_behind(event, measure))), rows.count()


def _steps_behind(user: User, asked: FigureFilter, measure: Measure, ground: str) -> QuerySet[Any]:
    start, end = asked.bounds()
    events = steps_between(start, end).filter(_where(user, asked, "claim__"))
    if measure in TIMED:
        wanted = [step.event for step in timed_steps(events) if step.measure == measure]
        return events.filter(pk__in=wanted)
    if measure in (Measure.DECIDED, Measure.REDUCED):
        decided = with_decided(events)
        return decided if measure == Measure.DECIDED else decided.filter(claim__claimed_amount__gt=F("decided"))
    events = events.filter(action__in=[action for action, each in OF_ACTION.items() if each == measure])
    if ground:
        return events.filter(pk__in=[pk for pk, each in grounds_of(events).items() if each == ground])
    return events


def _entries_behind(
    user: User, asked: FigureFilter, measure: Measure, related: Iterable[str], after: str
) -> tuple[Page[Behind], int]:
    start, end = asked.bounds()
    rows = postings_of(measure).filter(entry__at__gte=start, entry__at__lt=end)
    rows = rows.filter(_where(user, asked, "entry__claim__"))
    page = paginate(rows.select_related(*(f"entry__{each}" for each in related)), after=after, size=PAGE)
    sign = BOOKED[measure].sign

    def read(posting: Posting) -> Behind:
        claim = posting.entry.claim
        if claim is None:
            raise ValueError(f"posting {posting.pk} is of no claim")
        return Behind(claim, posting.entry.at, to_yuan(sign * posting.amount))

    return page.map(read), rows.count()


def _where(user: User, asked: FigureFilter, prefix: str) -> Q:
    """The condition on claims reached through `prefix`: what the person sees of what was asked for."""
    names = {"region_id": asked.region, "item_id": asked.item_id, "applicant__size_class": asked.size}
    condition = visible_claims(user, prefix) & ~Q(**{f"{prefix}applicant_id__in": user.recused_from})
    return condition & Q(**{f"{prefix}{name}": value for name, value in names.items() if value})


def _sum_behind(event: Any, measure: Measure) -> Decimal | None:
    asked: Decimal | None = event.claim.claimed_amount
    if measure == Measure.RECEIVED:
        return asked
    if measure not in (Measure.DECIDED, Measure.REDUCED):
        return None
    decided: Decimal | None = event.decided
    return decided if measure == Measure.DECIDED or asked is None or decided is None else asked - decided
