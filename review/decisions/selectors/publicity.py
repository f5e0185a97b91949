"""Publicity lists as the public and as the officers see them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Count, Exists, ExpressionWrapper, OuterRef, Prefetch, Q, QuerySet, Sum
from django.utils import timezone

from applications.claims.enums import UNDER_REVIEW, ClaimStatus
from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.core.money import ZERO
from portal.core.spreadsheets import Column, Kind, build_sheet
from review.decisions.enums import ObjectionState
from review.decisions.models import Objection, PublicityEntry, PublicityList
from review.decisions.permissions import decided_by, publishing_regions

MOST_LISTS = 100
ENTRIES_PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class ListedList:
    """A list with its counts; `state` is coming, running, over (to be approved) or closed."""

    publicity: PublicityList
    state: str
    label: str
    tone: str


def _listed(publicity: PublicityList) -> ListedList:
    today = timezone.localdate()
    if publicity.withdrawn_reason:
        return ListedList(publicity, "withdrawn", "已撤下", "warn")
    if publicity.closed_at:
        return ListedList(publicity, "closed", "已结束", "neutral")
    if today < publicity.starts_on:
        return ListedList(publicity, "coming", "即将开始", "info")
    if today <= publicity.ends_on:
        return ListedList(publicity, "running", "公示中", "ok")
    return ListedList(publicity, "over", "已期满", "warn")


def _with_counts(lists: QuerySet[PublicityList]) -> QuerySet[PublicityList]:
    return lists.select_related("region").annotate(claims=Count("entries"), total=Sum("entries__amount"))


def public_lists() -> list[ListedList]:
    """The latest lists, newest first, that have begun."""
    begun = PublicityList.objects.complete().filter(starts_on__lte=timezone.localdate())
    return [_listed(each) for each in _with_counts(begun).order_by("-starts_on", "-pk")[:MOST_LISTS]]


def lists_for_work(user: User) -> list[ListedList]:
    """The lists of this person's cities, newest first, with what is frozen on each."""
    frozen = Count("entries", filter=Q(entries__claim__status=ClaimStatus.OBJECTION))
    lists = _with_counts(PublicityList.objects.workable_by(user)).annotate(frozen=frozen)
    return [_listed(each) for each in lists.order_by("-starts_on", "-pk")[:MOST_LISTS]]


def publishing_region(user: User) -> Region:
    """The city, or the district, for which this person publishes (of several, the first by code)."""
    return Region.objects.filter(pk__in=publishing_regions(user)).order_by("pk")[0]


def awaiting_claims(user: User) -> QuerySet[Claim]:
    """Decided claims of this person's regions that wait for publicity, by district and applicant."""
    return (
        Claim.objects.visible_to(user)
        .filter(decided_by(user, Role.CITY_OFFICER, Role.DECISION_MAKER), status=ClaimStatus.AWAITING_PUBLICITY)
        .select_related("applicant", "item", "region")
        .order_by("region_id", "applicant__name", "pk")
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """What a whole list comes to, whichever of its pages is shown."""

    count: int
    total: Decimal
    with_money: int
    with_title: int


def totals_of(publicity: PublicityList) -> Totals:
    """One query."""
    return Totals(
        **publicity.entries.order_by().aggregate(
            count=Count("pk"),
            total=Sum("amount", default=ZERO),
            with_money=Count("pk", filter=Q(amount__isnull=False)),
            with_title=Count("pk", filter=~Q(title="")),
        )
    )


def with_departures(entries: QuerySet[PublicityEntry]) -> QuerySet[PublicityEntry]:
    """Entries with `has_left`: whether the claim left its list to be decided anew."""
    later = PublicityEntry.objects.filter(claim=OuterRef("claim"), pk__gt=OuterRef("pk"))
    decided_anew = Q(claim__status__in=UNDER_REVIEW - {ClaimStatus.PUBLICITY, ClaimStatus.OBJECTION})
    return entries.annotate(has_left=ExpressionWrapper(Exists(later) | decided_anew, models.BooleanField()))


def entries_for_work(publicity: PublicityList, *, user: User) -> QuerySet[PublicityEntry]:
    """The list's entries with claims and the objections that this person may see."""
    objections = Objection.objects.visible_to(user).order_by("-pk")
    return publicity.entries.select_related("claim", "claim__item", "claim__applicant").prefetch_related(
        Prefetch("objections", objections)
    )


def open_objections(user: User) -> QuerySet[Objection]:
    """Objections still to be decided, the most urgent first."""
    return (
        Objection.objects.visible_to(user)
        .filter(state=ObjectionState.OPEN)
        .select_related("entry__claim__item", "entry__publicity")
        .order_by("due_on", "pk")
    )


def publicity_sheet(publicity: PublicityList) -> bytes:
    """The 公示 sheet: what the public sees, sums in yuan."""
    entries: list[Any] = list(with_departures(publicity.entries.all()))
    columns = [
        Column("序号", Kind.NUMBER, 6),
        Column("申报单位", width=34),
        Column("地区", width=12),
        Column("事项", width=30),
        Column("数量", Kind.NUMBER, 8),
        Column("拟资助金额（元）", Kind.MONEY, 20),
        Column("备注", width=20),
    ]
    rows = [
        (
            number,
            e.applicant_name,
            e.district_name,
            e.item_title,
            e.count,
            e.amount,
            "；".join([*[f"认定：{e.title}"] * bool(e.title), *["已退出本次公示"] * e.has_left]),
        )
        for number, e in enumerate(entries, start=1)
    ]
    note = f"公示期：{publicity.starts_on:%Y-%m-%d} 至 {publicity.ends_on:%Y-%m-%d}　单位：元　共 {len(rows)} 件"
    if publicity.withdrawn_reason:
        note += "　已撤下"
    return build_sheet(publicity.title, columns=columns, rows=rows, note=note)
