"""What waits for an agency, client by client: counted by the database, page by page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from applications.claims.enums import UNDER_REVIEW, ClaimStatus
from applications.claims.models import Claim
from applications.mandates.enums import Right
from applications.mandates.models import Mandate
from applications.mandates.selectors import mandated_claims
from policies.calls.enums import CallState
from portal.accounts.models import Applicant, User
from portal.core.paging import Page, paginate
from portal.core.searching import contains_words
from portal.core.text import compact
from review.notices.models import Notice

PAGE_SIZE = 20
# A notice is new for so many days.
NEW_DAYS = 30
# What a client may be asked for, by the count that must not be nought.
WAITING = {"drafts": "有草稿", "corrections": "要补正", "notices": "有新通知书"}


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client with what waits, by when, and the mandates under which the agency acts."""

    client: Applicant
    drafts: int
    closes_at: datetime | None
    corrections: int
    due_on: date | None
    under_way: int
    notices: int
    mandates: list[Mandate]


def board(
    user: User, *, now: datetime, on: date, search: str = "", waiting: str = "", after: str = ""
) -> Page[ClientRow]:
    """A page of the clients for whom a person may act today, the latest registered first. Four queries."""
    claims, drafts, corrections = _claims(user)
    open_drafts, notices = _closing(drafts, now), _new_notices(user, on)
    held = Mandate.objects.held_by(user)
    clients = Applicant.objects.filter(pk__in=held.values("principal")).annotate(
        drafts=_count(drafts, "applicant"),
        closes_at=_first(open_drafts, "call__closes_at"),
        corrections=_count(corrections, "applicant"),
        due_on=_first(corrections, "correction_due_on"),
        under_way=_count(claims.filter(status__in=UNDER_REVIEW - {ClaimStatus.CORRECTION}), "applicant"),
        notices=_count(notices, "claim__applicant"),
    )
    if search.strip():
        clients = clients.filter(contains_words(search, "name") | Q(uscc__iexact=compact(search)))
    if waiting in WAITING:
        clients = clients.filter(**{f"{waiting}__gt": 0})
    page = paginate(clients.select_related("region__parent"), after=after, size=PAGE_SIZE)
    mandates = _by_client(held.filter(principal__in=[client.pk for client in page.rows]))
    return page.map(lambda client: _row(client, mandates[client.pk]))


@dataclass(frozen=True, slots=True)
class Totals:
    """What waits for an agency over all its clients, and the day by which the first of each kind must be done."""

    clients: int
    drafts: int
    closes_at: datetime | None
    corrections: int
    due_on: date | None
    notices: int


def totals(user: User, *, now: datetime, on: date) -> Totals:
    """The sums of the board. Five queries."""
    _, drafts, corrections = _claims(user)
    due = corrections.aggregate(count=Count("pk"), first=Min("correction_due_on"))
    return Totals(
        clients=Mandate.objects.held_by(user).values("principal").distinct().count(),
        drafts=drafts.count(),
        closes_at=_closing(drafts, now).aggregate(first=Min("call__closes_at"))["first"],
        corrections=due["count"],
        due_on=due["first"],
        notices=_new_notices(user, on).count(),
    )


def _claims(user: User) -> tuple[QuerySet[Claim], QuerySet[Claim], QuerySet[Claim]]:
    """The clients' claims that the person sees: all, drafts, and those to be corrected."""
    claims = Claim.objects.filter(mandated_claims(user))
    return claims, claims.filter(status=ClaimStatus.DRAFT), claims.filter(status=ClaimStatus.CORRECTION)


def _closing(drafts: QuerySet[Claim], now: datetime) -> QuerySet[Claim]:
    return drafts.filter(call__state=CallState.PUBLISHED, call__closes_at__gt=now)


def _new_notices(user: User, on: date) -> QuerySet[Notice]:
    return Notice.objects.filter(
        mandated_claims(user, "claim__", right=Right.READ),
        voided_at=None,
        rendered_at__isnull=False,
        issued_on__gt=on - timedelta(days=NEW_DAYS),
    )


def _count(rows: QuerySet[Any], field: str) -> Coalesce:
    """How many of the rows are of the client that the outer query reads."""
    theirs = rows.filter(**{field: OuterRef("pk")}).order_by().values(field).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(theirs, output_field=IntegerField()), 0)


def _first(rows: QuerySet[Any], field: str) -> Subquery:
    theirs = rows.filter(applicant=OuterRef("pk")).order_by().values("applicant").annotate(first=Min(F(field)))
    return Subquery(theirs.values("first"))


def _by_client(mandates: Iterable[Mandate]) -> dict[int, list[Mandate]]:
    found: dict[int, list[Mandate]] = defaultdict(list)
    for mandate in mandates:
        found[mandate.principal_id].append(mandate)
    return found


def _row(client: Any, mandates: list[Mandate]) -> ClientRow:
    counted = ("drafts", "closes_at", "corrections", "due_on", "under_way", "notices")
    return ClientRow(client, **{name: getattr(client, name) for name in counted}, mandates=mandates)
