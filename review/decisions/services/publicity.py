"""Publish what was decided, and approve what nobody objected to."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus, Route
from applications.claims.models import Claim
from applications.claims.services.transitions import lock_claim, perform_transition
from portal.accounts.models import Applicant, Region
from portal.audit.services import record_audit, record_contents, recorded_together
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.ownership.selectors import refuse_disputed
from portal.workdays.selectors import CalendarUnknownError, add_workdays
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision, LineDecision, PublicityEntry, PublicityList
from review.decisions.permissions import publishing_regions
from review.decisions.services.granting import grant
from review.decisions.services.locking import check_uninvolved
from review.decisions.services.step_messages import notify_of_step
from review.decisions.services.ways_back import release_decided
from review.notices.compose import document_number
from review.notices.services import take_number

# The series of the lists' numbers, and the word that stands for it in them.
SERIES, SERIES_WORD = "publicity", "知公示"
_CONFIRMED = frozenset({ClaimStatus.APPROVED, ClaimStatus.PAID, ClaimStatus.RECOGNISED, ClaimStatus.TERMINATED})


# What must hold before a claim leaves its list at the end of the days: a function of the locked claim that says what is
# missing, empty for nothing.
RELEASE_CHECKS: list[Callable[[Claim], str]] = []


@dataclass(frozen=True, slots=True)
class PublicityPlan:
    """What a new list says: its title, first day, length in working days, where objections go, and what it corrects."""

    title: str
    starts_on: date
    workdays: int
    contact: str
    replaces: PublicityList | None = None


def public_name(applicant: Applicant) -> str:
    """The name as the public sees it: a body's in full, of a person only the family name (张*)."""
    if not applicant.is_individual:
        return applicant.name
    return applicant.name[:1] + "*" * max(len(applicant.name) - 1, 1)


def last_day(starts_on: date, *, workdays: int) -> date:
    """The last day of a publicity, first day counted. Raises RefusedError for a year without a calendar."""
    try:
        return add_workdays(starts_on, days=workdays)
    except CalendarUnknownError as error:
        raise RefusedError(str(error)) from error


def publish_claims(
    region: Region, *, claim_ids: Sequence[int], plan: PublicityPlan, act: ActorContext
) -> PublicityList:
    """Make a city's list of decided claims, or a district's of its own, and move each into publicity; all or none.

    The list takes the next number of its office's series.

    Raises RefusedError for an empty list, a first day in the past, a claim that is decided elsewhere or is not waiting
    for publicity; PermissionDenied for another region's officer.
    """
    with transaction.atomic(), recorded_together():
        publicity = begin_list(region, claim_ids=claim_ids, plan=plan, act=act)
        enter_claims(publicity, claim_ids, act=act)
    return publicity


def begin_list(region: Region, *, claim_ids: Sequence[int], plan: PublicityPlan, act: ActorContext) -> PublicityList:
    """Make the list, for these claims but without any of them; in the caller's transaction."""
    if act.user is None or region.pk not in publishing_regions(act.user):
        raise PermissionDenied("只有本市的审核人员（区级审定的事项为本区的审定人员）可以发起公示。")
    if not claim_ids:
        raise RefusedError("请至少选择一件申报列入公示。")
    if plan.starts_on < timezone.localdate(act.at):
        raise RefusedError("公示开始日期不能早于今天。")
    year = timezone.localdate(act.at).year
    sequence = take_number(region, SERIES, year=year)
    publicity = PublicityList.objects.create(
        region=region,
        title=plan.title,
        number=document_number(region, SERIES_WORD, year=year, sequence=sequence),
        starts_on=plan.starts_on,
        ends_on=last_day(plan.starts_on, workdays=plan.workdays),
        workdays=plan.workdays,
        contact=plan.contact,
        replaces=plan.replaces,
        created_by=act.user,
        created_at=act.at,
    )
    record_audit(
        act,
        action="review.publicity",
        target=publicity,
        region_code=region.pk,
        after={
            "number": publicity.number,
            "starts_on": publicity.starts_on,
            "ends_on": publicity.ends_on,
            "claims": len(set(claim_ids)),
        },
    )
    return publicity


def enter_claims(publicity: PublicityList, claim_ids: Collection[int], *, act: ActorContext) -> None:
    """Put decided claims on a list and move each into publicity; all of them or, with what is raised, none."""
    with transaction.atomic(), recorded_together():
        # All rows first, in one order: the audit chain's lock, for which everybody else waits, comes at the end.
        claims = [lock_claim(pk) for pk in sorted(set(claim_ids))]
        if any(claim.deciding_region_id != publicity.region_id for claim in claims):
            raise RefusedError(f"所选申报不由{publicity.region.name}审定，请重新选择。")
        # First what may be refused: a claim that is not decided has nothing to show on a list.
        for claim in claims:
            event = perform_transition(claim, action=Action.PUBLICISE, act=act, reason=publicity.title)
            notify_of_step(claim, event)
        entries = PublicityEntry.objects.bulk_create(
            PublicityEntry(
                publicity=publicity,
                claim=claim,
                applicant_name=public_name(claim.applicant),
                district_name=claim.region.name,
                item_title=claim.item.title,
                count=_paid_lines(claim),
                amount=claim.listed_amount,
                title=claim.approved_title or _proposed_title(claim),
            )
            for claim in claims
        )
        record_contents(entries)


def withdraw_list(publicity: PublicityList, *, reason: str, redecide: bool, act: ActorContext) -> PublicityList:
    """Take a list down before anything of it is approved; its claims wait for another list, or are decided anew.

    The list stays readable with the reason. Raises RefusedError without a reason, while an objection is open, and once
    a claim of it is approved; PermissionDenied for whoever does not publish in its region.
    """
    with transaction.atomic(), recorded_together():
        publicity = close_withdrawn(publicity, reason=reason, act=act)
        take_off(left_behind(publicity), reason=reason, redecide=redecide, act=act)
    return publicity


def close_withdrawn(publicity: PublicityList, *, reason: str, act: ActorContext) -> PublicityList:
    """Take the list down, without moving any of its claims; in the caller's transaction."""
    if act.user is None or publicity.region_id not in publishing_regions(act.user):
        raise PermissionDenied("只有发起公示的地区可以撤下公示。")
    if not reason.strip():
        raise RefusedError("请写明撤下公示的原因，原因将在公示页面公布。", field="reason")
    claims = Claim.objects.filter(publicity_entries__in=publicity.entries.standing()).order_by("pk")
    # Locked before the list, as whoever approves one of them or enters an objection does.
    statuses = [claim.status for claim in claims.select_for_update(of=("self",)).only("status")]
    publicity = PublicityList.objects.select_for_update().get(pk=publicity.pk)
    if publicity.withdrawn_reason:
        raise RefusedError("该公示已经撤下。")
    if not PublicityList.objects.complete().filter(pk=publicity.pk).exists():
        raise RefusedError("名单正在生成，请在生成后再撤下。")
    if ClaimStatus.OBJECTION in statuses:
        raise RefusedError("名单中有未办结的异议，请先办结异议，再撤下公示。")
    if not _CONFIRMED.isdisjoint(statuses):
        raise RefusedError("名单中已有批准的申报，不能整体撤下；个别资助有误的，请办理调减或终止。")
    publicity.withdrawn_reason, publicity.closed_at = reason.strip(), act.at
    publicity.save(update_fields=["withdrawn_reason", "closed_at"])
    record_audit(
        act,
        action="review.publicity_withdrawn",
        target=publicity,
        region_code=publicity.region_id,
        after={"reason": publicity.withdrawn_reason, "claims": len(statuses)},
    )
    return publicity


def left_behind(publicity: PublicityList) -> list[int]:
    """Keys of the claims that are still in publicity by a list that was taken down."""
    later = PublicityEntry.objects.filter(claim=OuterRef("claim"), pk__gt=OuterRef("pk"))
    last = publicity.entries.filter(~Exists(later), claim__status=ClaimStatus.PUBLICITY)
    return list(last.order_by("claim_id").values_list("claim_id", flat=True))


def take_off(claim_ids: Collection[int], *, reason: str, redecide: bool, act: ActorContext) -> None:
    """Take claims out of publicity, back to wait for another list or, to be decided anew, to the decision."""
    with transaction.atomic(), recorded_together():
        for claim in [lock_claim(pk) for pk in claim_ids]:
            if claim.status != ClaimStatus.PUBLICITY:
                continue
            event = perform_transition(claim, action=Action.UNPUBLISH, act=act, reason=reason)
            notify_of_step(claim, event)
            if redecide:
                release_decided(claim, act=act)
                perform_transition(claim, action=Action.SEND_BACK, act=act, reason=reason)


def _proposed(claim: Claim) -> Decision | None:
    """The last support: the decision's, or the review's that is publicised before it."""
    return claim.decisions.filter(conclusion=Conclusion.SUPPORT).order_by("-pk").first()


def _proposed_title(claim: Claim) -> str:
    proposed = _proposed(claim) if claim.procedure.is_publicised_first else None
    return proposed.title if proposed else ""


def _paid_lines(claim: Claim) -> int:
    final = _proposed(claim)
    if claim.listed_amount is None:
        return claim.lines.count()
    return max(LineDecision.objects.filter(decision=final, amount__gt=0).count(), 1) if final else claim.lines.count()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one claim in a run over several; `problem` is empty where it went through.

    `amount` is None, and `title` says what is recognised, where the claim gets no money.
    """

    claim: Claim
    amount: Decimal | None
    problem: str = ""
    title: str = ""


def approvable(publicity: PublicityList) -> list[Claim]:
    """The list's claims that nobody has objected to, or whose objection was dismissed."""
    return list(
        Claim.objects.filter(publicity_entries__in=publicity.entries.standing(), status=ClaimStatus.PUBLICITY)
        .select_related("applicant", "item", "region")
        .order_by("pk")
    )


def approve_claim(claim_id: int, *, publicity: PublicityList, act: ActorContext) -> Claim:
    """Approve one publicised claim after the list's last day, and promise its award and notice, or its recognition's.

    One that is publicised before its decision goes to the decision.

    Raises RefusedError before the end of the period, where the claim is frozen or moved on, where its organisation is
    contested, and, where a district decides, for who took its decision.
    """
    refuse_before_end(publicity, act=act)
    with transaction.atomic():
        claim = lock_claim(claim_id)
        if not publicity.entries.standing().filter(claim=claim).exists():
            raise RefusedError("该申报不在本次公示名单中。")
        for check in RELEASE_CHECKS:
            if problem := check(claim):
                raise RefusedError(problem)
        if claim.procedure.is_publicised_first:
            notify_of_step(claim, perform_transition(claim, action=Action.END_PUBLICITY, act=act))
            return claim
        refuse_disputed(claim.applicant_id)
        if claim.route == Route.DISTRICT:
            check_uninvolved(claim, act=act, stage=Stage.FINAL)
        action = grant(claim, pays=claim.approved_amount is not None, deed=publicity.pk, act=act)
        notify_of_step(claim, perform_transition(claim, action=action, act=act))
    return claim


def approve_list(
    publicity: PublicityList, *, act: ActorContext, progress: Callable[[int, int], object] | None = None
) -> list[Outcome]:
    """Approve every claim of the list that is not frozen, each in a transaction of its own.

    One claim's trouble stops no other. `progress` is called after each with how many are done, of how many. The list is
    closed when none of its claims is left in publicity.
    """
    refuse_before_end(publicity, act=act)
    outcomes: list[Outcome] = []
    ready = approvable(publicity)
    for claim in ready:
        outcome = Outcome(claim, claim.listed_amount, title=claim.approved_title)
        try:
            approve_claim(claim.pk, publicity=publicity, act=act)
        except (RefusedError, PermissionDenied) as error:
            outcome = replace(outcome, problem=str(error))
        outcomes.append(outcome)
        if progress:
            progress(len(outcomes), len(ready))
    close_if_settled(publicity, act=act)
    return outcomes


def refuse_before_end(publicity: PublicityList, *, act: ActorContext) -> None:
    """Raise RefusedError while the period still runs: its last day belongs to it."""
    if timezone.localdate(act.at) <= publicity.ends_on:
        raise RefusedError(f"公示至 {publicity.ends_on:%Y-%m-%d} 结束，期满后的次日起才能批准。")


def close_if_settled(publicity: PublicityList, *, act: ActorContext) -> None:
    """Mark the list closed once no claim of it is in publicity or frozen by an objection."""
    open_claims = publicity.entries.standing().filter(claim__status__in=[ClaimStatus.PUBLICITY, ClaimStatus.OBJECTION])
    if publicity.closed_at is not None or open_claims.exists():
        return
    with transaction.atomic():
        publicity.closed_at = act.at
        publicity.save(update_fields=["closed_at"])
        record_audit(act, action="review.publicity_closed", target=publicity, region_code=publicity.region_id)
