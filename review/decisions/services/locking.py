"""Lock a claim for a conclusion: nothing stale, the right duty, four eyes. And write the conclusion's row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from applications.claims.models import Claim
from applications.claims.permissions import party_for
from applications.claims.services.transitions import lock_claim
from portal.accounts.models import User
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError, StaleStateError
from portal.core.statements import A_KEY, Lookup
from portal.ownership.selectors import refuse_disputed
from review.assignments.services.holding import check_desk
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision
from review.decisions.permissions import STAGE_OF, action_of, four_eyes_problem, persons_of

# What else must hold before a conclusion (answers to findings, points of a checklist): a function of the locked claim,
# its stage and the conclusion that says what is missing; empty for nothing.
CONCLUSION_CHECKS: list[Callable[[Claim, Stage, Conclusion], str]] = []
# The same before a publicised claim is approved: a function of the locked claim.
APPROVAL_CHECKS: list[Callable[[Claim], str]] = []


@dataclass(frozen=True, slots=True)
class ExpectedState:
    """What the officer's page showed: the claim's status and round."""

    status: str
    round: int


def lock_for_decision(
    claim_id: int, expected: ExpectedState, conclusion: Conclusion, act: ActorContext
) -> tuple[Claim, Stage, User | None, ActorContext]:
    """Lock the claim and check that this person may conclude this on it now; returns claim, stage, officer and act.

    Where the portal acts by a rule there is no officer. Whoever stands in for the claim's absent holder acts on their
    behalf. Must run in the transaction that writes the
    conclusion. Raises StaleStateError, RefusedError for four eyes (of both persons), for a claim that another has or
    that rests, for the final support of an organisation that is contested and for what CONCLUSION_CHECKS find missing,
    PermissionDenied for a duty the person does not hold.
    """
    claim = lock_claim(claim_id)
    refuse_stale(claim, expected)
    stage = STAGE_OF.get(claim.status)
    action = action_of(claim, stage, conclusion) if stage else None
    if stage is None or action is None:
        raise RefusedError(f"该申报现为“{claim.get_status_display()}”，不能作出“{conclusion.label}”的意见。")
    officer = act.user
    if not act.rule if officer is None else party_for(officer, claim, action) is None:
        raise PermissionDenied(f"您的职责不包含对该申报“{action.label}”。")
    act = check_desk(claim, act=act)
    if officer is not None:
        check_four_eyes(claim, user=officer, stage=stage)
    if act.on_behalf_of is not None:
        check_four_eyes(claim, user=act.on_behalf_of, stage=stage)
    if (stage, conclusion) == (Stage.FINAL, Conclusion.SUPPORT):
        refuse_disputed(claim.applicant_id)
    for check in CONCLUSION_CHECKS:
        if problem := check(claim, stage, conclusion):
            raise RefusedError(problem)
    return claim, stage, officer, act


def refuse_stale(claim: Claim, expected: ExpectedState) -> None:
    """Raise StaleStateError where a locked claim is no longer as the officer's page showed it."""
    if (claim.status, claim.round) != (expected.status, expected.round):
        raise StaleStateError(
            f"本页打开后，该申报已由他人办理，现为“{claim.get_status_display()}”。您填写的内容仍在下方，"
            "请先查看最新情况再决定。"
        )


def check_four_eyes(claim: Claim, *, user: User, stage: str | None) -> None:
    """Raise RefusedError where the person concluded another stage of the claim, or is recused from its applicant."""
    if problem := four_eyes_problem(user, claim, _concluded(claim), stage):
        raise RefusedError(problem)


def involvement(user: User, claim: Claim, *, stage: Stage | None = None) -> str:
    """Why a person who concluded this stage of the claim (any unless given), or is recused, must leave it to others."""
    return four_eyes_problem(user, claim, [(who, at) for who, at in _concluded(claim) if stage in (None, at)])


_conclusions = Lookup(
    lambda claim: Decision.objects.filter(claim=claim).values_list("officer_id", "on_behalf_of_id", "stage"), A_KEY
)


def _concluded(claim: Claim) -> list[tuple[int, str]]:
    return persons_of(_conclusions(claim.pk))


def check_uninvolved(claim: Claim, *, act: ActorContext, stage: Stage | None = None) -> None:
    """Raise RefusedError where `involvement` finds something."""
    if act.user is not None and (problem := involvement(act.user, claim, stage=stage)):
        raise RefusedError(problem)


def write_decision(
    claim: Claim, *, stage: Stage, conclusion: Conclusion, officer: User | None, act: ActorContext, **fields: Any
) -> Decision:
    """Append the conclusion of this stage and round. Raises RefusedError where one stands already."""
    try:
        with transaction.atomic():
            return Decision.objects.create(
                claim=claim,
                stage=stage,
                round=claim.round,
                conclusion=conclusion,
                officer=officer,
                officer_name=act.actor_name,
                on_behalf_of=act.on_behalf_of,
                rule=act.rule,
                at=act.at,
                **fields,
            )
    except IntegrityError as error:
        if not Decision.objects.filter(claim=claim, stage=stage, round=claim.round).exists():
            raise
        raise StaleStateError("该申报本环节的意见已由他人作出，请刷新页面查看。") from error
