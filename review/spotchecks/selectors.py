"""What can be drawn, who may look at a drawn conclusion, and how often second looks agree, by office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from portal.accounts.models import Region, User
from portal.accounts.persons import same_person
from portal.core.regions import in_trees, within
from portal.core.sampling import wilson_interval
from review.assignments.models import Assignment
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision
from review.decisions.permissions import four_eyes_problem, persons_of
from review.spotchecks.enums import CaseState, Source
from review.spotchecks.models import DRAWERS, JUDGES, Case, Look, Sample

# Conclusions of these stages are looked at again; a panel's and an auditor's have their report.
STAGES = (Stage.DISTRICT_FIRST, Stage.DISTRICT_SECOND, Stage.CITY, Stage.FINAL)
_CONCLUDED = (Conclusion.SUPPORT, Conclusion.REFUSE)


def population(region: Region, *, source: Source, stage: str, since: date, until: date) -> QuerySet[Decision]:
    """The conclusions from which a sample of a region, with those below it, is drawn."""
    found = Decision.objects.filter(
        in_trees("claim__region__code", [region.pk]),
        stage__in=[stage] if stage else STAGES,
        conclusion__in=_CONCLUDED,
        at__date__gte=since,
        at__date__lte=until,
    )
    by = {Source.RULE: ~Q(rule=""), Source.PEOPLE: Q(rule="")}
    return found.filter(by.get(source, Q()))


def running_look(case: Case) -> Look | None:
    """Who is looking at a drawn conclusion anew just now."""
    return case.looks.filter(ended_at=None).select_related("officer").first()


def may_end(user: User, look: Look) -> bool:
    """Whether the person gives a look back: the officer's own, or any of the regions in which they draw samples."""
    return same_person(user, look.officer_id) or within(look.case.sample.region_id, user.regions_for(*DRAWERS))


def claims_looked_at(user: User) -> QuerySet[Any, Any] | None:
    """The keys of the claims that a person is looking at anew; None for whoever never does."""
    return Look.objects.running(user).values("claim") if user.regions_for(*JUDGES) else None


def judge_problem(user: User, case: Case) -> str:
    """Why this person may not take the second look; "" where they may.

    Whoever worked on the claim, or looked at it before, knows what was concluded.
    """
    claim = case.decision.claim
    areas = user.regions_for(*JUDGES)
    if not Sample.objects.filter(in_trees("region__code", areas), pk=case.sample_id).exists():
        return "您的职责不包含该地区的复核抽查。"
    if Look.objects.filter(claim=claim, officer__in=user.account_ids, ended_at__isnull=False).exists():
        return "您领取过该申报的抽查件，已经可以看到原意见，请由其他人员复核。"
    if Assignment.objects.filter(claim=claim, officer__in=user.account_ids).exists():
        return "您承办过该申报，请由其他人员复核。"
    rows = Decision.objects.filter(claim=claim).values_list("officer_id", "on_behalf_of_id", "stage")
    return four_eyes_problem(user, claim, persons_of(rows))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often the second look agreed with an office: of how many, with the interval of the rate, in percent."""

    office: str
    judged: int
    agreed: int
    low: float
    high: float

    @property
    def rate(self) -> float | None:
        return self.agreed / self.judged if self.judged else None

    @property
    def words(self) -> str:
        """The rate with its interval in words."""
        if self.rate is None:
            return "尚无复核"
        return f"{self.rate:.1%}（{self.low:.1%} 至 {self.high:.1%}）"


def agreements(cases: Iterable[Case], *, confidence: int) -> list[Agreement]:
    """By office (district and stage) how often second looks agree, and of all at the end."""
    counts: dict[str, list[int]] = {}
    whole = [0, 0]
    for case in cases:
        decision = case.decision
        office = f"{decision.claim.region.name} {decision.get_stage_display()}"
        for tally in (counts.setdefault(office, [0, 0]), whole):
            tally[0] += case.state != CaseState.OPEN
            tally[1] += case.state == CaseState.AGREED
    rows = [*sorted(counts.items()), ("合计", whole)]
    return [
        Agreement(office, judged, agreed, *wilson_interval(agreed, judged, confidence=confidence))
        for office, (judged, agreed) in rows
    ]


def cases_of(sample: Sample, user: User) -> list[Case]:
    """The drawn conclusions that the person may see, in the order of the draw."""
    rows = Case.objects.visible_to(user).filter(sample=sample)
    return list(rows.select_related("decision__claim__region", "decision__claim__applicant", "judged_by"))
