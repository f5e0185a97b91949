"""A meeting's agenda: the claims before the final decision by call, against its money, and what each would get."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from applications.claims.models import Claim
from applications.ledger.selectors import CallUse, use_of_call
from policies.calls.enums import Shortage
from policies.calls.models import Call
from policies.engine.model import content_hash
from portal.accounts.models import User
from portal.core.money import ZERO, to_fen, to_yuan
from review.decisions.enums import Stage
from review.decisions.selectors.queue import WorkQueue, queues_of
from review.funding.allocation import share_by_largest_remainder


def ration(wants: Sequence[int], left: int, way: Shortage) -> list[int]:
    """What each of these gets of `left` fen, in their order, where money is short as the call says; never more.

    Stop: in full or nothing. Pro rata: in proportion, by largest remainder. Rank: in full until the money ends, who
    comes last in part.
    """
    # A limit that was lowered may hold more than it allows.
    left = max(left, 0)
    if sum(wants) <= left:
        return list(wants)
    if way == Shortage.PRO_RATA:
        return share_by_largest_remainder(left, wants)
    granted = []
    for want in wants:
        part = min(want, left)
        part = part if way == Shortage.RANK or part == want else 0
        granted.append(part)
        left -= part
    return granted


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """A claim with the sum that the review found and the sum that it would get, in yuan; None beside a mere title."""

    claim: Claim
    wanted: Decimal | None
    granted: Decimal | None

    @property
    def is_cut(self) -> bool:
        return self.granted != self.wanted

    @property
    def is_left_out(self) -> bool:
        """Whether nothing is left for it: it waits for another meeting."""
        return self.is_cut and not self.granted


@dataclass(frozen=True, slots=True)
class Agenda:
    """The claims of one call (None: filed without one) before one region's decision-maker, and the call's limits."""

    call: Call | None
    uses: tuple[CallUse, ...]
    rows: tuple[AgendaRow, ...]

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
    def is_short(self) -> bool:
        return any(row.is_cut for row in self.rows)

    @property
    def left_out(self) -> int:
        return sum(row.is_left_out for row in self.rows)

    @property
    def seen(self) -> str:
        """Names exactly this plan: what is applied is what was shown."""
        return content_hash([[row.claim.pk, str(row.granted)] for row in self.rows])


def agendas_of(user: User) -> list[Agenda]:
    """The agendas of this person's final decisions, by call, in the order in which the calls' first claims came."""
    found: list[Agenda] = []
    for work in queues_of(user):
        if work.stage == Stage.FINAL:
            found += _agendas(work, user)
    return found


def _agendas(work: WorkQueue, user: User) -> list[Agenda]:
    claims = work.claims(user).select_related("applicant", "item", "region", "city", "call")
    by_call: dict[Call | None, list[Claim]] = {}
    for claim in claims.order_by("submitted_at", "id"):
        by_call.setdefault(claim.call, []).append(claim)
    return [_agenda(call, its) for call, its in by_call.items()]


def _agenda(call: Call | None, claims: Sequence[Claim]) -> Agenda:
    rows = [AgendaRow(claim, claim.forwarded_amount, claim.forwarded_amount) for claim in claims]
    if call is None:
        return Agenda(None, (), tuple(rows))
    whole = use_of_call(call, [])
    uses = [*whole]
    for item in call.items.select_related("item").filter(item_id__in={claim.item_id for claim in claims}):
        own = use_of_call(call, [item])[len(whole) :]
        rows = _within(rows, own, call, item_id=item.item_id)
        uses += own
    return Agenda(call, tuple(uses), tuple(_within(rows, whole, call)))


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
            parts = ration([fen for _, fen in paid], to_fen(use.left), Shortage(call.when_short))
            for (at, _), fen in zip(paid, parts, strict=True):
                kept[at] = replace(kept[at], granted=to_yuan(fen))
    return kept
