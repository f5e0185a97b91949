"""What must hold of any city's data whatever was done: asked of the rows alone, with the portal's own verifiers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from django.core.management import CommandError, call_command
from django.db.models import F, OuterRef, Q, Subquery, Sum

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, ClaimEvent
from applications.claims.workflow import SYSTEM, workflow_of
from applications.ledger.models import LimitEntry
from applications.ledger.selectors import use_of_call
from policies.calls.models import Call
from portal.accounts.models import User
from portal.accounts.persons import same_person
from portal.core.money import ZERO, to_fen, to_yuan
from portal.core.workflow import Workflow
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from review.decisions.enums import Conclusion, ObjectionState, Stage
from review.decisions.models import Decision, Objection
from review.funding.models import Award, PaymentKind
from review.funding.selectors import standing_parts, standing_payments
from review.notices.enums import NoticeKind
from review.notices.models import Notice, NoticeCounter
from review.payments.enums import LineState
from review.payments.models import Batch, Disbursement
from review.recoveries.models import Recovery
from review.treasury.enums import AccountKind
from review.treasury.models import BudgetLine, Posting
from review.treasury.selectors import line_figures

S = ClaimStatus
# Statuses in which a claim holds what its decision took of limits and budgets.
_HOLDING = frozenset({S.AWAITING_PUBLICITY, S.PUBLICITY, S.OBJECTION, S.APPROVED, S.PAID, S.RECOGNISED})
_MONEY = frozenset({S.APPROVED, S.PAID})

Violation = tuple[str, str]


def violations() -> Iterator[Violation]:
    """Each thing that does not hold, as its code and words; of all claims, whoever made them."""
    yield from _verifiers()
    yield from violations_of_claims()
    yield from _notices()
    yield from _undone()


def violations_of_claims() -> Iterator[Violation]:
    """What does not hold at any moment, whatever the worker has still to do."""
    yield from _histories()
    yield from _four_eyes()
    yield from _limits()
    yield from _books()
    yield from _awards()


def _verifiers() -> Iterator[Violation]:
    """What the commands say that an administrator runs."""
    for command, options in (("verify_ledger", {}), ("verify_audit", {"skip_files": True})):
        try:
            call_command(command, stdout=_Nowhere(), **options)
        except CommandError as error:
            yield command, str(error)


class _Nowhere:
    def write(self, text: str) -> None:
        """Keep nothing: only what is wrong counts."""


def _histories() -> Iterator[Violation]:
    """Each claim's time line follows the table from its beginning to where it stands."""
    last: dict[int, ClaimEvent] = {}
    tables = {pk: workflow_of(*way) for pk, *way in Claim.objects.values_list("pk", "route", "departures")}
    for event in ClaimEvent.objects.order_by("claim_id", "pk").iterator(chunk_size=2000):
        before = last.get(event.claim_id)
        if event.from_status != (before.to_status if before else ""):
            yield "history", f"claim {event.claim_id}: {event.action} from {event.from_status} does not follow"
        if before is not None and event.at < before.at:
            yield "history", f"claim {event.claim_id}: {event.action} at {event.at} is before {before.at}"
        if event.action != Action.CREATE and not _stands_in_table(event, tables[event.claim_id]):
            yield "table", f"claim {event.claim_id}: {event.action} {event.from_status} by {event.role or SYSTEM}"
        last[event.claim_id] = event
    for pk, status in Claim.objects.values_list("pk", "status"):
        if pk in last and last[pk].to_status != status:
            yield "history", f"claim {pk} stands in {status}, its time line ends in {last[pk].to_status}"


def _stands_in_table(event: ClaimEvent, table: Workflow) -> bool:
    row = table.get(event.action)
    if row is None or event.from_status not in row.sources or event.role not in row.parties:
        return False
    target = row.target_from(event.from_status)
    return target is None or target == event.to_status


def _four_eyes() -> Iterator[Violation]:
    """Nobody concludes two stages of a claim, hears what they concluded, or releases what they prepared."""
    stages: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    of_people = Decision.objects.exclude(officer=None)
    users = User.objects.in_bulk(set(of_people.values_list("officer_id", flat=True)))
    for claim, officer, stage in of_people.values_list("claim_id", "officer_id", "stage"):
        stages[claim][min(users[officer].account_ids)].add(stage)
    for claim, people in stages.items():
        if any(len(held) > 1 for held in people.values()):
            yield "four eyes", f"claim {claim}: one person concluded two stages"
    decided = Objection.objects.exclude(decided_by=None).filter(
        entry__claim__decisions__officer=F("decided_by"), entry__claim__decisions__at__lt=F("decided_at")
    )
    for pk in decided.distinct().values_list("pk", flat=True):
        yield "four eyes", f"objection {pk} was decided by who concluded on its claim"
    for batch in Batch.objects.exclude(released_by=None).select_related("released_by"):
        if same_person(batch.released_by, batch.prepared_by_id):
            yield "four eyes", f"batch {batch.pk} was released by who prepared it"
    for recovery in Recovery.objects.exclude(decided_by=None).filter(decided_by=F("proposed_by")):
        yield "four eyes", f"recovery {recovery.pk} was decided by who proposed it"


def _limits() -> Iterator[Violation]:
    """What a claim holds of the limits is what it was granted, and every bucket adds up."""
    running: dict[int, tuple[int, Decimal, int]] = {}
    for entry in LimitEntry.objects.order_by("bucket_id", "sequence").iterator(chunk_size=2000):
        sequence, amount, times = running.get(entry.bucket_id, (0, ZERO, 0))
        after = (sequence + 1, amount + entry.amount, times + entry.times)
        if (entry.sequence, entry.amount_after, entry.times_after) != after:
            yield "limits", f"bucket {entry.bucket_id} entry {entry.sequence} does not add up"
        running[entry.bucket_id] = after
    rows = LimitEntry.objects.values("claim_id", "claim__status", "bucket_id").order_by()
    for row in rows.annotate(amount=Sum("amount"), times=Sum("times")).filter(~Q(amount=0) | ~Q(times=0)):
        if row["claim__status"] not in _HOLDING:
            yield "limits", f"claim {row['claim_id']} in {row['claim__status']} still holds {row['amount']}"
    for call in Call.objects.prefetch_related("items__item"):
        for use in use_of_call(call, call.items.all()):
            if (use.left is not None and use.left < 0) or (use.times_left is not None and use.times_left < 0):
                yield "limits", f"{use.label} is overspent"


def _books() -> Iterator[Violation]:
    """What the books hold of each claim is what its status and its award say."""
    held: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = Posting.objects.filter(entry__claim__isnull=False).order_by()
    for row in rows.values("entry__claim_id", "account__kind").annotate(fen=Sum("amount")):
        held[row["entry__claim_id"]][row["account__kind"]] = row["fen"]
    for claim in Claim.objects.filter(pk__in=held):
        own = held[claim.pk]
        open_fen = own[AccountKind.COMMITTED] + own[AccountKind.PAYABLE] + own[AccountKind.IN_TRANSIT]
        if claim.status not in _HOLDING and open_fen:
            yield "books", f"claim {claim.pk} in {claim.status} still holds {open_fen} fen"
        if claim.status == S.PAID and open_fen:
            yield "books", f"claim {claim.pk} is paid and {open_fen} fen are not"
        waived = own[AccountKind.PAID] - to_fen(claim.approved_amount or ZERO) - own[AccountKind.DUE]
        if claim.status == S.PAID and waived < 0:
            yield "books", f"claim {claim.pk} is paid {own[AccountKind.PAID]} fen of {claim.approved_amount} yuan"
    for figures in line_figures(BudgetLine.objects.all()):
        parts = figures.available + figures.committed + figures.payable + figures.in_transit + figures.paid
        if figures.issued != parts:
            yield "books", f"line {figures.line.pk}: issued {figures.issued}, used and left {parts}"


def _awards() -> Iterator[Violation]:
    """An award is its decision's sum, its parts add up, and payments are what was sent and arrived."""
    final = Decision.objects.filter(claim=OuterRef("claim"), stage=Stage.FINAL, conclusion=Conclusion.SUPPORT)
    decided = Subquery(final.order_by("-pk").values("amount")[:1])
    awards = Award.objects.annotate(decided=decided).select_related("claim")
    arrived: dict[int, int] = dict(
        Disbursement.objects.filter(state__in=[LineState.PAID, LineState.REVERSAL_ASKED])
        .values_list("part__award_id")
        .order_by()
        .annotate(fen=Sum("fen"))
    )
    for award in awards.prefetch_related("parts", "payments", "versions"):
        claim, total = award.claim, to_fen(award.total)
        if award.decided != award.total or sum(part.fen for part in award.parts.all()) != total:
            yield "award", f"claim {claim.pk}: award {award.total}, decided {award.decided}"
        standing = sum(standing_parts(award).values())
        if claim.status in _MONEY and to_fen(claim.approved_amount or ZERO) != standing:
            yield "award", f"claim {claim.pk}: approved {claim.approved_amount}, {standing} fen stand"
        paid = sum(to_fen(payment.amount) for payment in standing_payments(award))
        if paid != arrived.get(award.pk, 0) or paid > total:
            yield "payment", f"claim {claim.pk}: payments {paid} fen, arrived {arrived.get(award.pk, 0)} of {total}"


def _notices() -> Iterator[Violation]:
    """Numbers without a gap, one valid notice of an occasion, and one for each decision that needs it."""
    numbers: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    valid: dict[tuple[int, str, int], int] = defaultdict(int)
    for region, kind, year, sequence, claim, occasion, voided in Notice.objects.values_list(
        "region_id", "kind", "year", "sequence", "claim_id", "occasion", "voided_at"
    ):
        numbers[region, kind, year].append(sequence)
        valid[claim, kind, occasion] += voided is None
    for series, found in numbers.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            yield "notices", f"the numbers of {series} have a gap or come twice"
    for counter in NoticeCounter.objects.all():
        count = len(numbers.get((counter.region_id, counter.kind, counter.year), ()))
        if counter.kind in {kind for _, kind, _ in numbers} and counter.last != count:
            yield "notices", f"{counter.kind} of {counter.region_id}: {counter.last} numbers taken, {count} notices"
    for which, count in valid.items():
        if count > 1:
            yield "notices", f"{count} valid notices of {which}"
    wanted = {
        **dict.fromkeys((S.PAID, S.APPROVED), NoticeKind.GRANT),
        S.RECOGNISED: NoticeKind.RECOGNITION,
        S.REJECTED: NoticeKind.REFUSAL,
    }
    for status, kind in wanted.items():
        without = Claim.objects.filter(status=status).exclude(notices__kind=kind, notices__voided_at=None)
        for pk in without.values_list("pk", flat=True):
            yield "notices", f"claim {pk} in {status} has no valid {kind}"


def _undone() -> Iterator[Violation]:
    """What is left undone: dead jobs, open objections on closed claims, payments without an end."""
    for job in Job.objects.filter(state__in=[JobState.DEAD, JobState.RUNNING]):
        yield "job", f"{job.kind} {job.key} is {job.state}: {job.error_line}"
    stray = Objection.objects.filter(state=ObjectionState.OPEN).exclude(entry__claim__status=S.OBJECTION)
    for pk in stray.values_list("pk", flat=True):
        yield "objection", f"objection {pk} is open, its claim is not in objection"


def money(claims: frozenset[int] | set[int]) -> dict[str, Decimal]:
    """The sums of these claims in yuan: asked, decided, borne by city and districts, paid, returned, clawed back."""
    total = dict.fromkeys(("asked", "decided", "city", "district", "paid", "returned", "clawed_back"), ZERO)
    for claim in Claim.objects.filter(pk__in=claims).only("claimed_amount"):
        total["asked"] += claim.claimed_amount or ZERO
    for award in Award.objects.filter(claim__in=claims).prefetch_related("parts__region", "payments"):
        total["decided"] += award.total
        for part in award.parts.all():
            total["city" if part.region_id.endswith("00") else "district"] += part.yuan
        for payment in award.payments.all():
            total["paid" if payment.kind == PaymentKind.PAID else "returned"] += payment.amount
    for recovery in Recovery.objects.filter(claim__in=claims).prefetch_related("receipts"):
        fen = sum(receipt.principal_fen + receipt.interest_fen for receipt in recovery.receipts.all())
        total["clawed_back"] += to_yuan(fen)
    return total
