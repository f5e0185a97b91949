"""A meeting's agenda: the claims before the final decision by call, against its money, and what each would get."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import QuerySet, prefetch_related_objects

from applications.claims.models import Claim
from applications.ledger.selectors import CallUse, use_of_call
from policies.calls.enums import CallState, Shortage
from policies.calls.models import Call
from policies.engine.model import content_hash
from policies.engine.shortage import Cut, ration
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.money import ZERO, to_fen, to_yuan
from review.decisions.enums import Stage
from review.decisions.selectors.agenda_budgets import BudgetNeed, budget_needs
from review.decisions.selectors.agenda_shares import shared_sums
from review.decisions.selectors.queue import WorkQueue
from review.decisions.selectors.selection import latest_scores, rules_of, standings

# Who reads a region's agendas.
MEETING_READERS = (Role.DECISION_MAKER, Role.AUDITOR)


def shortage_reason(cuts: Sequence[Cut]) -> str:
    """Why a claim gets less, by the way in which money that is short was shared last."""
    return Shortage(cuts[-1].way if cuts else Shortage.STOP).reason


# What an agenda reckons with and lists: thousands of claims are held, of which a page names a hundred.
_NEEDED = (
    *("key", "number", "status", "route", "submitted_at", "claimed_amount", "district_amount", "city_amount"),
    *("call", "applicant", "item", "region", "city", "version", "departures"),
)


# One volume of a meeting's papers holds so many claims: some 25 MB, and two minutes of a worker.
_VOLUME = 200


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """A claim with the sum that the review found and the sum that it would get, in yuan; None beside a mere title."""

    claim: Claim
    wanted: Decimal | None
    granted: Decimal | None
    score: Decimal | None = None
    # How many claims have the same score, this one included.
    alike: int = 1
    # How each limit that is short cut it.
    cuts: tuple[Cut, ...] = ()
    # Why a selection by score gives it no place.
    unplaced: str = ""

    @property
    def is_cut(self) -> bool:
        return self.granted != self.wanted

    @property
    def reason(self) -> str:
        """Why it gets less than was found; the applicant reads it."""
        return shortage_reason(self.cuts) if self.is_cut else ""

    @property
    def is_left_out(self) -> bool:
        """Whether nothing is left for it: it waits for another meeting."""
        return self.is_cut and not self.granted

    @property
    def left_out_words(self) -> str:
        """Why it is not decided now."""
        return self.unplaced or "余额不足，暂不审定"


@dataclass(frozen=True, slots=True)
class Agenda:
    """The claims of one call (None: filed without one) before one region's decision-maker, and the call's limits."""

    call: Call | None
    uses: tuple[CallUse, ...]
    rows: tuple[AgendaRow, ...]
    by_item: bool = False
    budgets: tuple[BudgetNeed, ...] = ()

    @property
    def key(self) -> str:
        return str(self.call.key) if self.call else "none"

    @property
    def way(self) -> Shortage:
        return Shortage(self.call.when_short) if self.call else Shortage.STOP

    @property
    def wanted(self) -> Decimal:
        return sum((row.wanted or ZERO for row in self.rows), ZERO)

    @property
    def granted(self) -> Decimal:
        return sum((row.granted or ZERO for row in self.rows), ZERO)

    @property
    def explanation(self) -> str:
        """How money that is short was shared: as the call says, and as documents do."""
        ways = dict.fromkeys([Shortage(cut.way) for row in self.rows for cut in row.cuts] or [self.way])
        return "".join(way.explanation for way in ways)

    @property
    def budget_words(self) -> str:
        """Which budget lines have too little for what the agenda grants; empty where all have enough."""
        return "；".join(need.words for need in self.budgets if need.is_short)

    @property
    def is_short(self) -> bool:
        return any(row.is_cut for row in self.rows)

    @property
    def money_ends(self) -> frozenset[int]:
        """The keys of the claims at which the money ends by rank: of each item where items have limits of their own."""
        if self.way != Shortage.RANK:
            return frozenset()
        first: dict[int | None, int] = {}
        for row in self.rows:
            if row.is_cut:
                first.setdefault(row.claim.item_id if self.by_item else None, row.claim.pk)
        return frozenset(first.values())

    @property
    def cut_tie(self) -> int:
        """How many claims of one score stand on both sides of the end of the money, 0 for none."""
        sides = {(row.score, row.is_cut) for row in self.rows if row.alike > 1}
        return sum((row.score, not row.is_cut) in sides for row in self.rows if row.alike > 1)

    @property
    def tie_words(self) -> str:
        """What the meeting has to know of such a tie."""
        return f"得分相同的 {self.cut_tie} 件，一部分在资金线内、一部分在线外，按提交先后区分。请会议确认。"

    @property
    def left_out(self) -> int:
        return sum(row.is_left_out and not row.unplaced for row in self.rows)

    @property
    def unplaced(self) -> int:
        return sum(bool(row.unplaced) for row in self.rows)

    @property
    def volumes(self) -> list[tuple[int, int]]:
        """The numbers of the first and the last claim in each volume of the meeting's papers."""
        whole = len(self.rows)
        return [(first + 1, min(first + _VOLUME, whole)) for first in range(0, whole, _VOLUME)]

    @property
    def seen(self) -> str:
        """Names exactly this plan: what is applied is what was shown."""
        return content_hash([[row.claim.pk, str(row.granted)] for row in self.rows])


def agendas_of(user: User, *, key: str = "") -> list[Agenda]:
    """The agendas of this person's regions, by call, in the order in which the calls' first claims came.

    For who decides there, and who audits it. `key` narrows them to one call's.
    """
    found: list[Agenda] = []
    for region in dict.fromkeys(each.region for each in user.active_appointments if each.role in MEETING_READERS):
        found += _agendas(WorkQueue(Stage.FINAL, region), user, key)
    needs = budget_needs([agenda.rows for agenda in found])
    return [replace(agenda, budgets=tuple(own)) for agenda, own in zip(found, needs, strict=True)]


def agenda_of(user: User, key: str) -> Agenda | None:
    """The agenda of one call; None where nothing of it is before this person."""
    return next((found for found in agendas_of(user, key=key) if found.key == key), None)


def _agendas(work: WorkQueue, user: User, key: str) -> list[Agenda]:
    claims = work.claims(user).only(*_NEEDED)
    if key:
        claims = claims.filter(call__in=Call.objects.filter(key=key)) if _is_uuid(key) else claims.filter(call=None)
    by_call: dict[int | None, list[Claim]] = {}
    for claim in claims.order_by("submitted_at", "id"):
        by_call.setdefault(claim.call_id, []).append(claim)
    calls = Call.objects.in_bulk([pk for pk in by_call if pk])
    return [_agenda(calls[pk] if pk else None, its) for pk, its in by_call.items()]


def with_names(rows: Sequence[AgendaRow]) -> Sequence[AgendaRow]:
    """The rows, with what pages, sheets and papers name of their claims read at once."""
    prefetch_related_objects([row.claim for row in rows], "applicant", "item", "region")
    return rows


def scored_calls(user: User) -> QuerySet[Call]:
    """The calls whose money goes by rank, of the cities in which the person reviews."""
    published = Call.objects.visible_to(user).filter(state=CallState.PUBLISHED, when_short=Shortage.RANK)
    return published.filter(region_id__in=user.regions_for(Role.CITY_OFFICER)).order_by("-opens_at", "-pk")


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _ranked(rows: Sequence[AgendaRow]) -> list[AgendaRow]:
    """The rows by score, the highest first; of one score, and without any at the end, in the order of filing."""
    scores = latest_scores([row.claim.pk for row in rows])
    counts = Counter(scores.values())
    scored = [
        replace(row, score=score, alike=counts[score] if score is not None else 1)
        for row in rows
        for score in [scores.get(row.claim.pk)]
    ]
    return sorted(scored, key=lambda row: (row.score is None, -(row.score or ZERO)))


def _agenda(call: Call | None, claims: Sequence[Claim]) -> Agenda:
    rows = [AgendaRow(claim, claim.forwarded_amount, claim.forwarded_amount) for claim in claims]
    rows = _within_documents(rows)
    if call is None:
        return Agenda(None, (), tuple(rows))
    if call.when_short == Shortage.RANK:
        rows = _ranked(rows)
    whole = use_of_call(call, [])
    uses = [*whole]
    by_item = False
    for item in call.items.select_related("item").filter(item_id__in={claim.item_id for claim in claims}):
        own = use_of_call(call, [item])[len(whole) :]
        rows = _within(rows, own, call, item_id=item.item_id)
        uses += own
        by_item = by_item or bool(own)
    return Agenda(call, tuple(uses), tuple(_within(rows, whole, call)), by_item)


def _within(
    rows: Sequence[AgendaRow], uses: Iterable[CallUse], call: Call, *, item_id: int | None = None
) -> list[AgendaRow]:
    """The rows cut to what limits leave, of all claims or of one item's: first the number, then the money."""
    kept = list(rows)
    for use in uses:
        places = [at for at, row in enumerate(kept) if item_id in (None, row.claim.item_id) and row.granted != 0]
        if use.times_left is not None:
            for at in places[max(use.times_left, 0) :]:
                kept[at] = replace(kept[at], granted=ZERO)
            places = places[: max(use.times_left, 0)]
        if use.left is not None:
            paid = [(at, to_fen(granted)) for at in places if (granted := kept[at].granted) is not None]
            _share(kept, dict(paid), max(to_fen(use.left), 0), way=call.when_short, cite=use.label)
    return kept


def _share(rows: list[AgendaRow], wants: Mapping[int, int], left: int, *, way: str, cite: str) -> None:
    """Cut rows, by their place with the fen that each wants, to what is left; in place."""
    for (at, want), fen in zip(wants.items(), ration([*wants.values()], left, way), strict=True):
        if fen != want:
            cut = Cut(cite, way, sum(wants.values()), left, want, fen)
            rows[at] = replace(rows[at], granted=to_yuan(fen), cuts=(*rows[at].cuts, cut))


def _within_documents(rows: Sequence[AgendaRow]) -> list[AgendaRow]:
    """The rows that their documents give a place, cut to the sums that they let all claims of a year share."""
    claims = [row.claim for row in rows]
    rules = rules_of(claims)
    ranked = standings(claims, rules)
    kept = [
        replace(row, granted=ZERO, unplaced=found.words) if found and not found.passes else row
        for row in rows
        for found in [ranked.get(row.claim.pk)]
    ]
    for shared in shared_sums(claims, rules):
        asking = ((at, row.granted) for at, row in enumerate(kept) if row.claim.pk in shared.claims)
        wants = {at: to_fen(granted) for at, granted in asking if granted}
        _share(kept, wants, shared.left, way=Shortage.PRO_RATA, cite=shared.cite)
    return kept
