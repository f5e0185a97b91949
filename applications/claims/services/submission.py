"""Submit, withdraw: the moments at which a claim takes its rights, and gives them back."""

from dataclasses import dataclass
from typing import NoReturn

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Assessment, Claim, ClaimCounter
from applications.claims.permissions import stands_for, why_not_submit
from applications.claims.selectors.context import ClaimContext, as_of_day, read_claim
from applications.claims.selectors.duplicates import claim_words, exclusive_key_of
from applications.claims.selectors.problems import Problem, find_problems, taken_text
from applications.claims.services.assessment import assess_claim
from applications.claims.services.drafts import lock_editable
from applications.claims.services.messages import notify_members
from applications.claims.services.transitions import lock_claim, perform_transition
from applications.payees.services import freeze_payee
from policies.calls.selectors import procedure_for
from policies.engine.terms import Outcome
from policies.published.selectors import compiled_item
from portal.accounts.models import User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.notifications.services import notify_users


class ClaimIncompleteError(Exception):
    """The claim cannot be submitted yet; `problems` names every place and remedy."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("；".join(f"{p.place}：{p.message}" if p.place else p.message for p in problems))
        self.problems = problems


class AlreadySubmittedError(Exception):
    """The claim was submitted before: by the same button pressed twice, or by a colleague. `claim` is as it stands."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(f"该申报已提交（编号 {claim.number}），没有重复提交。")
        self.claim = claim


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submitted claim and what the engine said of it."""

    claim: Claim
    assessment: Assessment


def submit_claim(claim: Claim, *, act: ActorContext, revision: int, commitment: bool) -> Submitted:
    """Submit a draft: checks it, takes its rights and a number, stores the engine's answer, tells the members.

    `revision` is that of the review page the person saw. However often it is called at once, one call submits; the
    others raise AlreadySubmittedError. Raises ClaimIncompleteError with all problems, and writes nothing then.
    """
    try:
        with transaction.atomic():
            return _submit(claim, act=act, revision=revision, commitment=commitment)
    except IntegrityError as error:
        raise_rights_taken(claim, error, act=act)


def _submit(claim: Claim, *, act: ActorContext, revision: int, commitment: bool) -> Submitted:
    claim = lock_claim(claim.pk)
    if claim.status != ClaimStatus.DRAFT and claim.submitted_at and stands_for(act.user, claim):
        raise AlreadySubmittedError(claim)
    context = check_ready(claim, act=act, revision=revision, commitment=commitment)
    claim.submitted_at = act.at
    assessment = assess_claim(context, act=act, stage=Action.SUBMIT)
    refuse_undetermined(context, assessment)
    take_rights(context)
    freeze_payee(claim, act=act)
    perform_transition(
        claim,
        action=Action.SUBMIT,
        act=act,
        changes={
            "number": next_number(timezone.localdate(act.at).year),
            "version": claim.version,
            "route": claim.route,
            "departures": claim.departures,
            "periods": claim.periods,
            "submitted_at": act.at,
            "commitment_at": act.at,
            "claimed_amount": assessment.amount,
        },
    )
    notify_members(
        claim,
        "claims.submitted",
        key=f"claim.submit:{claim.pk}",
        item=claim.item.title,
        applicant=claim.applicant.name,
        number=claim.number,
        holder=claim.holder,
    )
    return Submitted(claim, assessment)


def hand_to_owner(claim: Claim, *, act: ActorContext) -> None:
    """Ask the applicant's owner to check and submit; once for each state of what is filled in."""
    with transaction.atomic():
        claim = lock_editable(claim, act=act)
        owners = User.objects.filter(memberships__applicant=claim.applicant_id, memberships__is_owner=True)
        notify_users(
            owners,
            "claims.for_owner",
            key=f"claim.for_owner:{claim.pk}:{claim.revision}",
            url=reverse("applications:review", args=[claim.key]),
            region_code=claim.region_id,
            item=claim.item.title,
            by=act.actor_name,
        )
        record_audit(act, action="claim.for_owner", target=claim, region_code=claim.region_id)


def withdraw_claim(claim: Claim, *, act: ActorContext, reason: str) -> Claim:
    """Withdraw a claim, or discard a draft; its rights are free again. Raises RefusedError without a reason."""
    with transaction.atomic():
        claim = lock_claim(claim.pk)
        was_draft = claim.status == ClaimStatus.DRAFT
        perform_transition(claim, action=Action.WITHDRAW, act=act, reason=reason)
        if not was_draft:
            notify_members(
                claim,
                "claims.withdrawn",
                key=f"claim.withdraw:{claim.pk}",
                number=claim.number,
                item=claim.item.title,
                by=act.actor_name,
                reason=reason,
            )
        return claim


def raise_rights_taken(claim: Claim, error: IntegrityError, *, act: ActorContext) -> NoReturn:
    """Say, after the rollback, which of its rights another claim took between the check and the write.

    Raises ClaimIncompleteError, or the database's error again where nothing explains it.
    """
    problems = [p for p in find_problems(read_claim(claim), at=act.at) if not p.is_warning]
    if not problems:
        raise error
    raise ClaimIncompleteError(problems) from error


def check_ready(claim: Claim, *, act: ActorContext, revision: int, commitment: bool) -> ClaimContext:
    """Read a locked claim and put it under the version that its lines' days pick; a draft on that version's way too.

    Raises ClaimIncompleteError unless the claim, as the person saw it, may go to the officers.
    """
    context = read_claim(claim)
    problems = [p for p in find_problems(context, at=act.at) if not p.is_warning]
    if revision != claim.revision:
        problems.insert(0, Problem("您查看之后，申报内容又有修改。请重新核对本页后再提交。", place="核对"))
    if act.user is not None and stands_for(act.user, claim) and (why := why_not_submit(act.user, claim)):
        problems.insert(0, Problem(f"{why}。请按“交给负责人提交”，负责人会收到通知。", place="提交"))
    if not commitment:
        problems.append(Problem("请阅读并勾选申报承诺。", "commitment", "申报承诺"))
    if problems:
        raise ClaimIncompleteError(problems)
    # The checks have found one version for all lines.
    day = as_of_day(context.item, context.lines[0].reading) or timezone.localdate(act.at)
    version = context.version_on(day)
    if version is not None:
        claim.version = version
        if claim.status == ClaimStatus.DRAFT:
            put_on_way(claim)
    return context.under_present_version()


def put_on_way(claim: Claim) -> None:
    """Give a claim the procedure that its call sets, or else its item's version."""
    procedure = procedure_for(claim.call, compiled_item(claim.version))
    claim.route, claim.departures = procedure.route, ",".join(procedure.departures_in_order)
    claim.periods = procedure.as_dict().get("periods", {})


def refuse_undetermined(context: ClaimContext, assessment: Assessment) -> None:
    """Raise ClaimIncompleteError where the engine lacks a fact, naming it."""
    if assessment.answer["outcome"] != Outcome.UNDETERMINED:
        return
    labels = context.labels
    problems = []
    for reason in assessment.answer["reasons"]:
        if field := reason.get("field"):
            state = context.lines[reason.get("line", 1) - 1]
            anchor = f"slot-{state.prefix}-{field}"
            problems.append(Problem(f"测算还需要{labels.get(field, field)}，请填写。", anchor, f"第 {state.number} 项"))
    raise ClaimIncompleteError(problems)


def take_rights(context: ClaimContext) -> None:
    """Write each line's exclusive key where the item refuses a second claim of the same right.

    Raises ClaimIncompleteError naming the line whose right another claim holds. The database decides a tie.
    """
    claim, item = context.claim, context.item
    refuses = item.subject_rule == "refuse"
    for state in context.lines:
        line = state.line
        key = exclusive_key_of(claim, line.subject_key) if refuses and line.subject_key else None
        if line.exclusive_key == key:
            continue
        line.exclusive_key = key
        try:
            with transaction.atomic():
                line.save(update_fields=["exclusive_key"])
        except IntegrityError:
            rival = Claim.objects.filter(lines__exclusive_key=key, applicant_id=claim.applicant_id).first()
            label = item.fact(item.subject).label if item.subject else "权利"
            text = taken_text(label, own=claim_words(rival.number) if rival else None, refuses=True)
            problem = Problem(text, f"slot-{state.prefix}-{item.subject}", f"第 {state.number} 项 {label}")
            raise ClaimIncompleteError([problem]) from None


def claim_number(year: int, count: int) -> str:
    """The number of a year's claim, e.g. SB2026-0000037."""
    return f"SB{year}-{count:07d}"


def next_number(year: int) -> str:
    """The next claim number of a year, e.g. SB2026-0000123, under the counter's lock until commit."""
    ClaimCounter.objects.get_or_create(year=year)
    counter = ClaimCounter.objects.select_for_update().get(year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return claim_number(year, counter.last)
