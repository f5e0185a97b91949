"""The only function that writes the books."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from portal.audit.services import insert_recorded
from portal.core.actor import ActorContext
from portal.core.bulk import new_row
from portal.core.errors import RefusedError
from portal.core.money import format_yuan, to_yuan
from review.treasury.enums import AccountKind, EntryKind
from review.treasury.models import Account, Entry, MonthClose, Posting

_DEEDS = uuid.UUID("6f0c4a52-6d6f-5a0e-9d0b-0c8a5b7f2e11")


class BudgetShortError(RefusedError):
    """A guarded account has too little. The message names the line, what is left and what is needed."""


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry to be written: `amounts` holds fen by the account's pk, credits above zero, adding up to zero."""

    id: uuid.UUID
    kind: EntryKind
    amounts: Mapping[int, int]
    claim_id: int | None = None
    reverses_id: uuid.UUID | None = None
    paper_no: str = ""
    note: str = ""


def deed_id(kind: str, *subject: object) -> uuid.UUID:
    """The id of the entry of a deed, always the same: a deed that comes twice is booked once."""
    return uuid.uuid5(_DEEDS, ":".join([kind, *map(str, subject)]))


def post_entries(drafts: Sequence[EntryDraft], *, act: ActorContext) -> list[Entry]:
    """Write the entries in their order, in the caller's transaction; those whose id is booked are passed over.

    Accounts are locked in the order of their keys, so that two deeds never wait for each other in a circle. Raises
    BudgetShortError, with nothing written, where a guarded account would fall below zero, RefusedError where the month
    of the deed is closed for a payer; ValueError for a draft
    without postings, with one of nothing, or that does not add up to zero.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("The books are written inside a transaction only.")
    for draft in drafts:
        if not draft.amounts or not all(draft.amounts.values()) or sum(draft.amounts.values()) != 0:
            raise ValueError(f"entry {draft.id} ({draft.kind}) does not balance: {dict(draft.amounts)}")
    wanted = sorted({pk for draft in drafts for pk in draft.amounts})
    rows = Account.objects.select_for_update(of=("self",)).select_related("line").filter(pk__in=wanted).order_by("pk")
    closed = MonthClose.objects.standing().filter(
        region=OuterRef("line__region"), starts_at__lte=act.at, ends_at__gt=act.at
    )
    accounts = {account.pk: account for account in rows.annotate(is_closed=Exists(closed))}
    booked = set(Entry.objects.filter(pk__in=[draft.id for draft in drafts]).values_list("pk", flat=True))
    last = _last_postings(wanted)
    entries: list[Entry] = []
    postings: list[Posting] = []
    for draft in drafts:
        if draft.id in booked:
            continue
        booked.add(draft.id)
        if shut := next((accounts[pk] for pk in draft.amounts if accounts[pk].is_closed), None):
            raise RefusedError(
                f"指标“{shut.line}”的 {timezone.localdate(act.at):%Y年%m月}已结账，不能再记账。"
                "请记入未结账的月份；确需更正的，先由两人办理反结账。"
            )
        entries.append(_entry(draft, act))
        for pk, amount in sorted(draft.amounts.items()):
            sequence, balance = last[pk]
            if amount < 0 and accounts[pk].guarded and balance + amount < 0:
                raise BudgetShortError(_short_words(accounts[pk], balance=balance, wanted=-amount))
            last[pk] = (sequence + 1, balance + amount)
            postings.append(
                new_row(
                    Posting,
                    entry_id=draft.id,
                    account_id=pk,
                    sequence=sequence + 1,
                    amount=amount,
                    balance_after=balance + amount,
                )
            )
    insert_recorded(entries)
    insert_recorded(postings)
    return entries


def reverse_entry(entry: Entry, *, reason: str, act: ActorContext) -> Entry:
    """Take an entry back by one with opposite signs (冲正). Raises RefusedError without a reason or a second time."""
    if not reason.strip():
        raise RefusedError("请写明冲正的原因。", field="reason")
    if Entry.objects.filter(reverses=entry).exists():
        raise RefusedError("这笔分录已经冲正，不能再次冲正。")
    amounts = {posting.account_id: -posting.amount for posting in entry.postings.all()}
    draft = EntryDraft(
        id=deed_id(EntryKind.REVERSE, entry.pk),
        kind=EntryKind.REVERSE,
        amounts=amounts,
        claim_id=entry.claim_id,
        reverses_id=entry.pk,
        note=reason.strip(),
    )
    written = post_entries([draft], act=act)
    if not written:
        raise RefusedError("这笔分录已经冲正，不能再次冲正。")
    return written[0]


def _entry(draft: EntryDraft, act: ActorContext) -> Entry:
    return new_row(
        Entry,
        id=draft.id,
        kind=draft.kind,
        claim_id=draft.claim_id,
        reverses_id=draft.reverses_id,
        paper_no=draft.paper_no,
        note=draft.note,
        officer_id=act.user_id,
        at=act.at,
    )


def _last_postings(account_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """The last sequence and the balance in fen of each account, asked after the locks are held. One query."""
    newest = Posting.objects.filter(account=OuterRef("pk")).order_by("-sequence")
    rows = Account.objects.filter(pk__in=account_ids).annotate(
        last_sequence=Subquery(newest.values("sequence")[:1]), last_balance=Subquery(newest.values("balance_after")[:1])
    )
    return {
        pk: (sequence or 0, balance or 0)
        for pk, sequence, balance in rows.values_list("pk", "last_sequence", "last_balance")
    }


def _short_words(account: Account, *, balance: int, wanted: int) -> str:
    left, needed = format_yuan(to_yuan(balance)), format_yuan(to_yuan(wanted))
    if account.kind == AccountKind.AVAILABLE:
        return f"指标“{account.line}”可用 {left} 元，不足 {needed} 元。请追加或调剂指标后再办理。"
    return f"指标“{account.line}”的{AccountKind(account.kind).label}只有 {left} 元，不能转出 {needed} 元。"
