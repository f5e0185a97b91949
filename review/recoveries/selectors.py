"""What stands of an award, what is owed of a recovery on a day, and who owes."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.accounts.models import User
from portal.core import clock
from portal.core.money import format_yuan, to_fen, to_yuan
from portal.core.statements import A_DAY, LookupAmong
from review.checks.inputs import Inputs
from review.checks.registry import Found
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision
from review.recoveries.enums import OPEN_STATES, OWED_STATES, RecoveryAction, RecoveryState
from review.recoveries.interest import interest_fen
from review.recoveries.models import CreditMark, Instalment, Recovery
from review.recoveries.permissions import party_for
from review.recoveries.workflow import OFFICERS, RECOVERIES
from review.treasury.enums import AccountKind
from review.treasury.models import BudgetLine
from review.treasury.selectors import claim_balances


def final_decision(claim: Claim) -> Decision | None:
    """The last decision that granted a claim."""
    decisions = Decision.objects.filter(claim=claim, stage=Stage.FINAL, conclusion=Conclusion.SUPPORT)
    return decisions.select_related("assessment__version").order_by("-pk").first()


def granted_sums(claim: Claim) -> list[int]:
    """What the final decision gave each line of a claim, in fen in the order of the lines."""
    decision = final_decision(claim)
    given = dict(decision.lines.values_list("line_id", "amount")) if decision else {}
    return [to_fen(given.get(pk) or 0) for pk in claim.lines.order_by("position").values_list("pk", flat=True)]


def in_kind(claim_id: int, kind: AccountKind) -> dict[int, int]:
    """What a claim has on the accounts of one kind, in fen by budget line."""
    return {line: fen for (line, at), fen in claim_balances(claim_id).items() if at == kind and fen > 0}


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed of a recovery at the beginning of a day, in fen."""

    principal: int
    interest: int
    repaid: int
    interest_paid: int

    @property
    def total(self) -> int:
        return self.principal + self.interest

    @property
    def yuan(self) -> Decimal:
        return to_yuan(self.total)

    @property
    def principal_yuan(self) -> Decimal:
        return to_yuan(self.principal)

    @property
    def interest_yuan(self) -> Decimal:
        return to_yuan(self.interest)

    @property
    def repaid_yuan(self) -> Decimal:
        return to_yuan(self.repaid + self.interest_paid)


def owed_of(recovery: Recovery, *, on: date) -> Owed:
    """What is left of the sum, and of the interest that it bore until the beginning of the day."""
    receipts = list(recovery.receipts.values_list("on", "principal_fen", "interest_fen"))
    repaid = sum(principal for _, principal, _ in receipts)
    paid = sum(interest for _, _, interest in receipts)
    if recovery.state not in OWED_STATES:
        return Owed(0, 0, repaid, paid)
    bears = 0
    if recovery.daily_rate is not None and recovery.interest_from is not None:
        rows = [(day, principal) for day, principal, _ in receipts]
        bears = interest_fen(recovery.fen, rows, daily_rate=recovery.daily_rate, since=recovery.interest_from, until=on)
    return Owed(recovery.fen - repaid, max(bears - paid, 0), repaid, paid)


def current_plan(recovery: Recovery) -> list[Instalment]:
    """The dates and sums of the latest plan; none where there is no plan."""
    rows = list(recovery.instalments.order_by("plan", "due_on", "pk"))
    return [row for row in rows if row.plan == rows[-1].plan]


def overdue_since(recovery: Recovery, *, on: date) -> date | None:
    """The first day by which something should have been repaid that is not; None while nothing is late."""
    if recovery.state not in OWED_STATES or recovery.due_on is None:
        return None
    owed = owed_of(recovery, on=on)
    if not owed.total:
        return None
    plan = current_plan(recovery)
    # What came back before the plan was made is no part of it.
    due = recovery.fen - sum(instalment.fen for instalment in plan)
    for instalment in plan:
        due += instalment.fen
        if instalment.due_on < on and due > owed.repaid:
            return instalment.due_on
    last = plan[-1].due_on if plan else recovery.due_on
    return last if last < on else None


def debt_of(applicant_id: int) -> int:
    """What an applicant owes today of decided recoveries, in fen, interest included."""
    today = clock.today()
    rows = Recovery.objects.filter(applicant_id=applicant_id, state__in=OWED_STATES)
    return sum(owed_of(recovery, on=today).total for recovery in rows)


_marks_among = LookupAmong(
    lambda applicants, on: (
        CreditMark.objects.filter(
            applicant__in=applicants, from_on__lte=on, until_on__gte=on, recovery__state__in=OWED_STATES
        )
        .select_related("recovery__claim")
        .order_by("from_on", "pk")
    ),
    A_DAY,
)


def _marks(applicant_ids: Collection[int], on: date) -> dict[int, list[CreditMark]]:
    found: dict[int, list[CreditMark]] = defaultdict(list)
    for mark in _marks_among(applicant_ids, on):
        found[mark.applicant_id].append(mark)
    return found


def find_debt(inputs: Inputs) -> Iterator[Found]:
    """The check that finds an applicant marked for not repaying in time: it gets no new award."""
    today = inputs.on
    mark = next(iter(inputs.of_applicant(_marks)), None)
    if mark is None:
        return
    owed = format_yuan(owed_of(mark.recovery, on=today).yuan)
    problem = (
        f"该单位逾期未退回追缴资金（{mark.recovery.claim.number}，尚欠 {owed} 元），"
        f"失信标记至 {mark.until_on:%Y-%m-%d}，不得支持。请待其退清后再办理。"
    )
    yield Found(str(mark.pk), {"problem": problem}, source="追缴")


def recoveries_for(user: User) -> QuerySet[Recovery]:
    """The recoveries that a person may see, open ones first."""
    order = Q(state__in=sorted(OPEN_STATES))
    return (
        Recovery.objects.visible_to(user)
        .select_related("claim__item", "applicant", "region")
        .annotate(is_open=order)
        .order_by("-is_open", "-pk")
    )


def open_actions(recovery: Recovery, user: User) -> list[RecoveryAction]:
    """What this person may do to the recovery now, in the order of the table."""
    return [
        RecoveryAction(row.action)
        for row in RECOVERIES
        if recovery.state in row.sources
        and party_for(user, recovery, RecoveryAction(row.action))
        and (row.action != RecoveryAction.STATE or recovery.hearing_is_open)
    ]


def recoverable_claims(user: User) -> QuerySet[Claim]:
    """Claims with an award that this person may propose to revoke or lower."""
    regions = user.regions_for(*OFFICERS)
    return (
        Claim.objects.visible_to(user)
        .filter(Q(region_id__in=regions) | Q(city_id__in=regions))
        .filter(status__in=[ClaimStatus.APPROVED, ClaimStatus.PAID])
        .select_related("applicant", "item", "region", "city", "award")
    )


def paid_fen(claim_id: int, payer: str = "") -> int:
    """What was paid on a claim, by one payer where it is named, and neither returned nor recovered, in fen."""
    paid = in_kind(claim_id, AccountKind.PAID)
    if payer:
        own = set(BudgetLine.objects.filter(pk__in=paid, region_id=payer).values_list("pk", flat=True))
        paid = {line: fen for line, fen in paid.items() if line in own}
    return sum(paid.values())


def owed_by(user: User) -> QuerySet[Recovery]:
    """The recoveries that wait for the applicants one acts for: to be answered, or to be repaid."""
    waiting = {RecoveryState.HEARING, *OWED_STATES}
    return Recovery.objects.filter(
        applicant_id__in=[m.applicant_id for m in user.active_memberships], state__in=waiting
    ).select_related("claim")
