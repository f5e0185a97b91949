"""What becomes of a claim's money in the books, from the final decision to the payment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from applications.claims.models import Claim
from policies.published.models import ItemVersion
from policies.published.selectors import compiled_item
from portal.core.actor import ActorContext
from portal.core.money import to_fen
from review.treasury.enums import AccountKind, EntryKind
from review.treasury.models import Account, Entry
from review.treasury.selectors import claim_balances
from review.treasury.services.books import EntryDraft, deed_id, post_entries
from review.treasury.services.lines import line_for

# What each deed moves: from the accounts of one kind to those of another.
MOVES: Mapping[EntryKind, tuple[AccountKind, AccountKind]] = {
    EntryKind.RELEASE: (AccountKind.COMMITTED, AccountKind.AVAILABLE),
    EntryKind.COMMIT: (AccountKind.COMMITTED, AccountKind.PAYABLE),
    EntryKind.SEND: (AccountKind.PAYABLE, AccountKind.IN_TRANSIT),
    EntryKind.SETTLE: (AccountKind.IN_TRANSIT, AccountKind.PAID),
    EntryKind.RETURN: (AccountKind.PAID, AccountKind.PAYABLE),
}


@dataclass(frozen=True, slots=True)
class PayerPart:
    """Which region pays how much of a claim, in fen, and the clause that says so."""

    region_id: str
    fen: int
    basis: str = ""


def payer_parts(claim: Claim, version: ItemVersion, answer: Mapping[str, Any]) -> list[PayerPart]:
    """The parts of a claim's sum by payer, from the engine's stored answer; they add up to its amount.

    Where the document splits the sum, province, city and district pay their parts, and the district that of its towns,
    which keep no books here; where it does not, the payer that the item names, else the region that decides. A part of
    nothing is left out. Raises ValueError where a province pays and the city has none.
    """
    if answer["city"] is not None:
        basis = next((step["citation"] for step in answer["steps"] if step["code"] == "SPLIT"), "")
        others = {name: to_fen(yuan) for name, yuan in (answer.get("others") or {}).items()}
        district = to_fen(answer["district"]) + others.get("town", 0)
        parts = [
            PayerPart(claim.city_id, to_fen(answer["city"]), basis),
            PayerPart(claim.region_id, district, basis),
        ]
        if others.get("province"):
            if claim.city.parent_id is None:
                raise ValueError(f"{claim.city.name} 没有上级省份，不能安排省级资金。")
            parts.insert(0, PayerPart(claim.city.parent_id, others["province"], basis))
    else:
        in_district = compiled_item(version).payer == "district"
        payer = claim.region_id if in_district else claim.deciding_region_id
        parts = [PayerPart(payer, to_fen(Decimal(answer["amount"] or 0)))]
    return [part for part in parts if part.fen]


def reserve_claim(claim: Claim, parts: Sequence[PayerPart], *, deed: object, act: ActorContext) -> list[Entry]:
    """Take the parts of a decided claim from what its payers have available.

    `deed` names the decision. The year is that of the decision's day. Raises BudgetShortError where a budget that
    is controlled has too little.
    """
    year = timezone.localdate(act.at).year
    held: dict[int, int] = {}
    for part in parts:
        line = line_for(part.region_id, district_id=claim.region_id, year=year, item_code=claim.item.code, act=act)
        held[line.pk] = held.get(line.pk, 0) + part.fen
    if not held:
        return []
    amounts = _amounts(held, AccountKind.AVAILABLE, AccountKind.COMMITTED)
    draft = EntryDraft(
        id=deed_id(EntryKind.RESERVE, claim.pk, deed), kind=EntryKind.RESERVE, amounts=amounts, claim_id=claim.pk
    )
    return post_entries([draft], act=act)


def move_claim(claim: Claim, kind: EntryKind, *, deed: object, act: ActorContext) -> list[Entry]:
    """Move all that the claim has on accounts of one kind to those of another, each within its line, as `MOVES` says.

    `deed` names what happened: the same deed is booked once. Nothing is written where the claim has nothing there.
    """
    source, target = MOVES[kind]
    held = {line: fen for (line, at), fen in claim_balances(claim.pk).items() if at == source and fen}
    if not held:
        return []
    amounts = _amounts(held, source, target)
    draft = EntryDraft(id=deed_id(kind, claim.pk, deed), kind=kind, amounts=amounts, claim_id=claim.pk)
    return post_entries([draft], act=act)


@dataclass(frozen=True, slots=True)
class SumMove:
    """One sum of a claim in fen on a budget line; `deed` names what happened to it."""

    claim_id: int
    line_id: int
    fen: int
    deed: object


def move_sums(
    kind: EntryKind, moves: Sequence[SumMove], *, act: ActorContext, source: AccountKind | None = None, note: str = ""
) -> list[Entry]:
    """Move each sum from its line's account of one kind to that of another, as `MOVES` says; an entry for each.

    `source` is where the money is instead, such as in transit of a payment that never arrived. The same deed is booked
    once.
    """
    usual, target = MOVES[kind]
    source = source or usual
    rows = Account.objects.filter(line__in={move.line_id for move in moves}, kind__in=[source, target])
    accounts = {(line, at): pk for pk, line, at in rows.values_list("pk", "line_id", "kind")}
    drafts = [
        EntryDraft(
            id=deed_id(kind, move.claim_id, move.deed),
            kind=kind,
            amounts={accounts[move.line_id, source]: -move.fen, accounts[move.line_id, target]: move.fen},
            claim_id=move.claim_id,
            note=note,
        )
        for move in moves
    ]
    return post_entries(drafts, act=act)


def _amounts(held: Mapping[int, int], source: AccountKind, target: AccountKind) -> dict[int, int]:
    """What moves these fen, by line, from accounts of one kind to those of another: fen by account. One query."""
    rows = Account.objects.filter(line__in=held, kind__in=[source, target]).values_list("pk", "line_id", "kind")
    return {pk: -held[line] if kind == source else held[line] for pk, line, kind in rows}
