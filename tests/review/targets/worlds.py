"""Published targets, the people who record on them, and values to record."""

import uuid
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from policies.engine import load_catalogue
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.actor import ActorContext
from review.targets.enums import ProgressState, SourceKind
from review.targets.models import Measurement, ProgressEntry
from review.targets.selectors import Standing, find_aim, standings_of
from review.targets.services import Reading, Report, record_measurement, report_progress
from tests.factories import binhu, make_official, publish_items, suzhou, wuxi, xishan

TODAY = date(2026, 11, 21)


# Targets of every kind; all sixty take a second to publish.
FEW = (
    "bh2024-t-agency",
    "bh2024-t-agency2",
    "bh2024-t-nodes",
    "bh2024-t-platform",
    "bh2024-t-platform2",
    "fj8-t-pct",
    "sz2021-t-21-hvnew",
    "sz2021-t-21-agencies",
    "sz2021-t-21-branches",
    "sz2021-t-21-highend",
    "sz2021-t-21-per10k",
    "sz2021-t-22-pledgecover",
    "sz2021-t-23-hvstock",
    "sz2021-t-23-pledge",
    "sz2021-t-23-satis",
    "sz2021-27-t-train",
)


def publish_targets(*codes: str) -> None:
    """Publish targets of the catalogue by their codes, all sixty of them unless some are named."""
    for region in (binhu, wuxi, suzhou):
        region()
    publish_items(*(codes or (code for code, held in load_catalogue().items.items() if held[-1].kind == "target")))


class Desk:
    """Officials of several duties and places, each made when first asked for."""

    @cached_property
    def district(self) -> User:
        return make_official(Role.DISTRICT_SECOND, binhu())

    @cached_property
    def other_district(self) -> User:
        return make_official(Role.DISTRICT_SECOND, xishan())

    @cached_property
    def acceptance(self) -> User:
        return make_official(Role.ACCEPTANCE, binhu())

    @cached_property
    def city(self) -> User:
        return make_official(Role.CITY_OFFICER, wuxi())

    @cached_property
    def policy(self) -> User:
        return make_official(Role.POLICY_ADMIN, wuxi())

    @cached_property
    def finance(self) -> User:
        return make_official(Role.FINANCE, wuxi())

    @cached_property
    def suzhou(self) -> User:
        return make_official(Role.CITY_OFFICER, suzhou())


def acting(user: User | None, *, on: date = TODAY) -> ActorContext:
    """A deed of this person at noon of a day."""
    return ActorContext(user=user, at=timezone.make_aware(datetime.combine(on, time(12))), address="192.0.2.1")


def reading(value: str | int | None, *, year: int = 2026, on: str = "2026-06-30", **options: Any) -> Reading:
    """A value as entered."""
    return Reading(
        year=year,
        value=None if value is None else Decimal(value),
        wording=options.pop("wording", ""),
        measured_on=date.fromisoformat(on),
        source_kind=SourceKind.DOCUMENT,
        source=options.pop("source", "年度报告"),
        **options,
    )


def measured(user: User, code: str, value: str | int | None, **options: Any) -> Measurement:
    """A value recorded by a person."""
    return record_measurement(code, reading(value, **options), key=uuid.uuid4(), act=acting(user))


def standing(code: str, *, on: date = TODAY, year: int | None = None) -> Standing:
    """How a target stands on a day, in its last year unless another is asked for."""
    aim = find_aim(code)
    assert aim is not None
    found = {one.year: one for one in standings_of(aim, on=on)}
    return found[year or aim.goal.years[-1]]


def progress(
    user: User, rule: str, state: ProgressState, *, year: int | None = None, seen: int = 0, **options: Any
) -> ProgressEntry:
    """Progress reported by a person."""
    report = Report(
        year=year,
        state=state,
        note=options.pop("note", "已推进"),
        source=options.pop("source", "会议纪要"),
        on=options.pop("on", date(2026, 6, 1)),
    )
    return report_progress("bh2024", rule, report, seen=seen, key=options.pop("key", uuid.uuid4()), act=acting(user))
