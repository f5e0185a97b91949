"""Count the figures of a month from the steps of claims and the entries of the books, and what lies on the desks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from applications.claims.clock import Span, held_spans, step_workdays, workdays_taken
from applications.claims.enums import UNDER_REVIEW, Action
from applications.claims.models import Claim, ClaimEvent
from policies.engine.procedure import Procedure
from portal.core import clock
from portal.core.money import to_fen
from portal.workdays.selectors import CalendarUnknownError, worked_days
from review.decisions.models import Decision
from review.decisions.permissions import STAGE_OF
from review.figures.measures import BOOKED, OF_ACTION, REFUSALS, TIMED_ACTIONS, Measure
from review.figures.models import CountedMonth, DeskFigure, Figure, OfficerFigure
from review.treasury.models import Posting
from review.treasury.months import month_bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

# A ground of refusal where none was chosen: an objection that was upheld, a decision of before grounds were kept.
NO_GROUND = "other"
# The conclusion that made a step of a claim.
DECISION = Decision.objects.filter(claim=OuterRef("claim"), at=OuterRef("at"))


_PLACE = ("claim__region_id", "claim__item_id", "claim__applicant__size_class")


class Place(NamedTuple):
    """What the figures of a month are divided by."""

    region: str
    item: int
    size: str


@dataclass(slots=True)
class OfficerTally:
    """What one officer concluded at one stage."""

    steps: int = 0
    late: int = 0
    returned: int = 0
    refused: int = 0
    workdays: int = 0


def count_all(*, now: datetime) -> None:
    """Count every month from the first step of a claim to now, each in a transaction of its own, and the desks."""
    first = ClaimEvent.objects.order_by("at").values_list("at", flat=True).first()
    if first is not None:
        count_months(timezone.localdate(first).replace(day=1), now=now)


def count_recent(*, now: datetime) -> None:
    """Count the months that may have changed since the last count: from that of the last count to now."""
    last = CountedMonth.objects.order_by("-month").values_list("month", flat=True).first()
    if last is None:
        count_all(now=now)
    else:
        count_months(last, now=now)


def count_months(month: date, *, now: datetime) -> None:
    """Count this month and those after it until now, and the desks."""
    while month <= timezone.localdate(now):
        count_month(month, now=now)
        month = timezone.localdate(month_bounds(month)[1])
    count_desks()


def count_month(month: date, *, now: datetime) -> None:
    """Replace the figures of one month by what happened in it until `now`."""
    start, end = month_bounds(month)
    end = min(end, now)
    with transaction.atomic():
        # Whoever counts the same month at the same time waits here.
        counted, _ = CountedMonth.objects.select_for_update().get_or_create(month=month)
        figures, officers = _counted_steps(start, end)
        _add_entries(figures, start, end)
        Figure.objects.filter(month=month).delete()
        Figure.objects.bulk_create(
            Figure(
                month=month,
                region_id=place.region,
                item_id=place.item,
                size_class=place.size,
                measure=measure,
                ground=ground,
                count=count,
                fen=fen,
            )
            for (place, measure, ground), (count, fen) in figures.items()
            if count or fen
        )
        OfficerFigure.objects.filter(month=month).delete()
        OfficerFigure.objects.bulk_create(
            OfficerFigure(
                month=month,
                region_id=region,
                officer_id=officer,
                stage=stage,
                steps=tally.steps,
                late=tally.late,
                returned=tally.returned,
                refused=tally.refused,
                workdays=tally.workdays,
            )
            for (region, officer, stage), tally in officers.items()
        )
        counted.counted_at = end
        counted.save()


def count_desks() -> None:
    """Replace what lies on the desks by what lies there now."""
    open_claims = Claim.objects.filter(status__in=UNDER_REVIEW).annotate(since=TruncDate("status_since"))
    rows = open_claims.values("region", "item", "status", "since").annotate(
        count=Count("pk"), asked=Sum("claimed_amount", default=0)
    )
    with transaction.atomic():
        DeskFigure.objects.all().delete()
        DeskFigure.objects.bulk_create(
            DeskFigure(
                region_id=row["region"],
                item_id=row["item"],
                status=row["status"],
                since=row["since"],
                count=row["count"],
                fen=to_fen(row["asked"]),
            )
            for row in rows.order_by()
        )


def steps_between(start: datetime, end: datetime) -> QuerySet[ClaimEvent]:
    """The steps of claims from a moment until before another."""
    return ClaimEvent.objects.filter(at__gte=start, at__lt=end)


class TimedStep(NamedTuple):
    """A conclusion of an office, the working days it took and those it had; None where nobody can say."""

    event: int
    workdays: int | None
    allowed: int | None

    @property
    def measure(self) -> Measure | None:
        """Whether it was in time; None where nobody can say."""
        if self.workdays is None or self.allowed is None:
            return None
        return Measure.LATE if self.workdays > self.allowed else Measure.IN_TIME


_LINE = ("claim_id", "pk", "at", "action", "from_status", "to_status")


def timed_steps(events: QuerySet[ClaimEvent]) -> Iterator[TimedStep]:
    """The conclusions of offices among these steps, each with the working days it took, by the claim's own clock."""
    concluded = events.filter(action__in=TIMED_ACTIONS, from_status__in=STAGE_OF)
    wanted = set(concluded.values_list("pk", flat=True))
    lines = ClaimEvent.objects.filter(claim__in=concluded.values("claim")).order_by("claim_id", "pk")
    rows = lines.values_list(*_LINE, "claim__route", "claim__departures", "claim__periods", named=True)
    first = lines.aggregate(at=Min("at"))["at"]
    if first is None:
        return
    held = held_spans(concluded.values("claim"))
    is_worked = cache(worked_days(timezone.localdate(first), clock.today()))
    for claim, steps in groupby(rows.iterator(), key=attrgetter("claim_id")):
        line: list[Any] = list(steps)
        for place, step in enumerate(line):
            if step.pk in wanted:
                days = _workdays(line[:place], step, is_worked, held.get(claim, []))
                yield TimedStep(step.pk, days, step_workdays(_procedure(step), step.from_status))


def _workdays(line: list[Any], step: Any, is_worked: Callable[[date], bool], held: list[Span]) -> int | None:
    try:
        on = timezone.localdate(step.at)
        return workdays_taken(line, step.from_status, on=on, is_worked=is_worked, held=held)
    except CalendarUnknownError:
        return None


def _procedure(step: Any) -> Procedure:
    departures = filter(None, step.claim__departures.split(","))
    return Procedure.read({"route": step.claim__route, "procedure": departures, "periods": step.claim__periods})


def with_decided(events: QuerySet[ClaimEvent]) -> QuerySet[Any]:
    """The final decisions among these steps, each with the sum that it gave as `decided` (yuan; None for a title)."""
    return events.filter(action=Action.DECIDE).annotate(decided=Subquery(DECISION.values("amount")[:1]))


def grounds_of(events: QuerySet[ClaimEvent]) -> dict[int, str]:
    """The first ground of every refusal among these steps, by the step's key."""
    refusing = [action for action, measure in OF_ACTION.items() if measure in REFUSALS]
    rows = events.filter(action__in=refusing).annotate(grounds=Subquery(DECISION.values("grounds")[:1]))
    return {pk: (grounds or [NO_GROUND])[0] for pk, grounds in rows.values_list("pk", "grounds")}


_Figures = defaultdict[tuple[Place, Measure, str], list[int]]


def _counted_steps(start: datetime, end: datetime) -> tuple[_Figures, dict[tuple[str, int, str], OfficerTally]]:
    events = steps_between(start, end)
    taken = {step.event: step for step in timed_steps(events)}
    figures: _Figures = defaultdict(lambda: [0, 0])
    officers: defaultdict[tuple[str, int, str], OfficerTally] = defaultdict(OfficerTally)
    grounds, decided = grounds_of(events), dict(with_decided(events).values_list("pk", "decided"))
    columns = ("pk", "action", "from_status", "actor_id", *_PLACE, "claim__claimed_amount")
    for pk, action, status, actor, *place, asked in events.values_list(*columns).iterator():
        at = Place(*place)
        measure = OF_ACTION.get(action)
        if measure is not None:
            yuan = {Measure.RECEIVED: asked, Measure.DECIDED: decided.get(pk)}.get(measure)
            _add(figures[at, measure, grounds.get(pk, "")], to_fen(yuan) if yuan else 0)
        if asked and (granted := decided.get(pk)) is not None and asked > granted:
            _add(figures[at, Measure.REDUCED, ""], to_fen(asked - granted))
        if (step := taken.get(pk)) is None:
            continue
        if step.measure is not None:
            _add(figures[at, step.measure, ""])
        if actor is not None:
            tally = officers[at.region, actor, STAGE_OF[status]]
            tally.steps += 1
            tally.late += step.measure == Measure.LATE
            tally.returned += measure == Measure.RETURNED
            tally.refused += measure in REFUSALS
            tally.workdays += step.workdays or 0
    return figures, officers


def _add(figure: list[int], fen: int = 0) -> None:
    figure[0] += 1
    figure[1] += fen


def _add_entries(figures: _Figures, start: datetime, end: datetime) -> None:
    """Add what the books say of the month: the sums and numbers of entries of claims."""
    place = [f"entry__{column}" for column in _PLACE]
    for measure, booked in BOOKED.items():
        rows = postings_of(measure).filter(entry__at__gte=start, entry__at__lt=end)
        sums = rows.values_list(*place).annotate(count=Count("pk"), fen=Sum("amount")).order_by()
        for *at, count, fen in sums:
            figures[Place(*at), measure, ""] = [count, booked.sign * fen]


def postings_of(measure: Measure) -> QuerySet[Posting]:
    """The postings of claims in which a measure of the books is read."""
    booked = BOOKED[measure]
    return Posting.objects.filter(
        entry__claim__isnull=False, entry__kind__in=booked.kinds, account__kind=booked.account
    )
