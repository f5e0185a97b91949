"""Conclude several claims of a stage at once: first what would happen, then each in a transaction of its own."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from policies.engine.shortage import Cut, share_by_largest_remainder
from portal.accounts.models import User
from portal.audit.services import rehearsal
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import to_fen, to_yuan
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.progress import report_progress
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_users
from review.decisions.enums import Conclusion, Stage
from review.decisions.permissions import STATUS_OF
from review.decisions.selectors.agenda import Agenda, shortage_reason
from review.decisions.services.decisions import (
    Minutes,
    accept_claim,
    confirm_district_review,
    decision_before,
    support_claim,
)
from review.decisions.services.locking import ExpectedState
from review.decisions.services.publicity import Outcome
from review.decisions.services.sums import LineSum, sums_of

KIND = "review.decide_agenda"
BULK_KIND = "review.conclude_many"
# A request concludes up to so many by itself, which takes a few seconds at most.
MOST_AT_ONCE = 50
_MOST_REASONS = 20
# Everything a conclusion can be refused with; the message of each is written for people.
REFUSALS = (RefusedError, PermissionDenied)


def conclude_claims(
    claims: Sequence[Claim], *, stage: Stage, act: ActorContext, minutes: Minutes | None = None
) -> list[Outcome]:
    """Support each claim at its stage with the last sums; one claim's trouble stops no other.

    The final decision needs `minutes`. What a first officer proposes to refuse is left to be confirmed one by one.
    """
    return [_conclude(claim, stage=stage, minutes=minutes, act=act) for claim in claims]


def rehearse_conclusions(
    claims: Sequence[Claim], *, stage: Stage, act: ActorContext, minutes: Minutes | None = None
) -> list[Outcome]:
    """What `conclude_claims` would do, by doing it and taking it back: the limits add up from claim to claim."""
    with rehearsal():
        return conclude_claims(claims, stage=stage, act=act, minutes=minutes)


def start_conclusions(
    claims: Sequence[Claim], *, stage: Stage, act: ActorContext, minutes: Minutes | None = None
) -> Job:
    """Promise to conclude many claims, one after the other; their progress is the job's."""
    if act.user is None:
        raise PermissionDenied("请登录后办理。")
    key = f"{act.user.pk}:{uuid4().hex}"
    payload = {
        "claim_ids": [claim.pk for claim in claims],
        "stage": stage,
        "minutes": minutes and [minutes.number, minutes.date.isoformat(), minutes.decision_no],
        "user_id": act.user.pk,
        "address": act.address,
        "key": key,
    }
    return enqueue_job(BULK_KIND, key=key, payload=payload, region_code=claims[0].deciding_region_id)


def conclude_in_background(
    *, claim_ids: Sequence[int], stage: str, minutes: Sequence[str] | None, user_id: int, address: str, key: str
) -> None:
    """Conclude the claims that still stand at the stage. A job; may begin again: what is concluded stays."""
    user = User.objects.get(pk=user_id)
    act = ActorContext(user=user, at=clock.now(), address=address)
    met = Minutes(minutes[0], date.fromisoformat(minutes[1]), minutes[2]) if minutes else None
    refused, concluded = [], 0
    for done, pk in enumerate(claim_ids, start=1):
        claim = Claim.objects.select_related("applicant", "item", "region", "city", "call").get(pk=pk)
        if claim.status == STATUS_OF[Stage(stage)]:
            outcome = _conclude(claim, stage=Stage(stage), minutes=met, act=act)
            refused += [f"{claim.number}：{outcome.problem}"] if outcome.problem else []
        # What this officer concluded before the job began again counts as well.
        concluded += claim.decisions.filter(stage=stage, officer=user, round=claim.round).exists()
        report_progress(done, len(claim_ids))
    words = f"已办理 {concluded} 件"
    words += f"，未办理 {len(refused)} 件：\n" + "\n".join(refused[:_MOST_REASONS]) if refused else "。"
    words += "\n……" if len(refused) > _MOST_REASONS else ""
    heading, url = f"批量{Stage(stage).label}已办完", reverse("review:queue")
    notify_users([user], "review.report", key=f"{BULK_KIND}:{key}", url=url, heading=heading, report=words)


def decide_agenda(agenda: Agenda, *, minutes: Minutes, act: ActorContext) -> list[Outcome]:
    """Support each claim of an agenda with the sum that the agenda gives it; those left out wait."""
    return [
        _decide_row(
            row.claim,
            row.granted if row.is_cut else None,
            cuts=row.cuts,
            minutes=minutes,
            act=act,
        )
        for row in agenda.rows
        if not row.is_left_out
    ]


def agenda_job(agenda: Agenda, *, user: User) -> Job | None:
    """The last job by which this person decides the agenda and that has not come to its end, if there is one."""
    return Job.objects.filter(kind=KIND, key__startswith=_job_key(agenda, user)).exclude(state=JobState.DONE).last()


def start_agenda(agenda: Agenda, *, minutes: Minutes, act: ActorContext) -> Job:
    """Promise to decide a long agenda as it stands now, claim by claim; one job at a time."""
    if act.user is None:
        raise PermissionDenied("请登录后办理。")
    with transaction.atomic():
        # Locked, so that two presses of a button start one job.
        User.objects.select_for_update().get(pk=act.user.pk)
        if standing := agenda_job(agenda, user=act.user):
            return standing
        begun = _job_key(agenda, act.user)
        key = f"{begun}{Job.objects.filter(kind=KIND, key__startswith=begun).count() + 1}"
        payload = {
            "sums": [
                [row.claim.pk, str(row.granted) if row.is_cut else None, row.cuts]
                for row in agenda.rows
                if not row.is_left_out
            ],
            "number": minutes.number,
            "held_on": minutes.date.isoformat(),
            "decision_no": minutes.decision_no,
            "user_id": act.user.pk,
            "address": act.address,
            "key": key,
        }
        return enqueue_job(KIND, key=key, payload=payload, region_code=agenda.rows[0].claim.deciding_region_id)


def decide_in_background(
    *,
    sums: Sequence[tuple[int, str | None, Sequence[Sequence[Any]]]],
    number: str,
    held_on: str,
    decision_no: str,
    user_id: int,
    address: str,
    key: str,
) -> None:
    """Decide the claims of an agenda with the sums that were shown. A job; may begin again: what is decided stays."""
    user = User.objects.get(pk=user_id)
    act = ActorContext(user=user, at=clock.now(), address=address)
    minutes = Minutes(number, date.fromisoformat(held_on), decision_no)
    refused = []
    for done, (pk, granted, cuts) in enumerate(sums, start=1):
        claim = Claim.objects.select_related("applicant", "item", "region", "city", "call").get(pk=pk)
        if claim.status == ClaimStatus.FINAL_DECISION:
            outcome = _decide_row(
                claim,
                Decimal(granted) if granted else None,
                cuts=[Cut(*cut) for cut in cuts],
                minutes=minutes,
                act=act,
            )
            refused += [f"{claim.number}：{outcome.problem}"] if outcome.problem else []
        report_progress(done, len(sums))
    words = f"已审定支持 {len(sums) - len(refused)} 件"
    words += f"，未审定 {len(refused)} 件：\n" + "\n".join(refused[:_MOST_REASONS]) if refused else "。"
    url = reverse("review:agendas")
    notify_users([user], "review.report", key=f"{KIND}:{key}", url=url, heading="议程已审定", report=words)


def _job_key(agenda: Agenda, user: User) -> str:
    return f"{agenda.key}:{user.pk}:"


def _decide_row(
    claim: Claim, granted: Decimal | None, *, cuts: Sequence[Cut], minutes: Minutes, act: ActorContext
) -> Outcome:
    sums = None if granted is None else _cut_sums(claim, granted, shortage_reason(cuts))
    return _decide(claim, minutes=minutes, act=act, sums=sums, cuts=cuts)


def _cut_sums(claim: Claim, granted: Decimal, reason: str) -> dict[int, LineSum]:
    """The sums of the last review, cut in proportion to what the claim would get, each with the reason."""
    standing = sums_of(decision_before(claim, Stage.FINAL))
    parts = share_by_largest_remainder(to_fen(granted), [to_fen(one.amount) for one in standing.values()])
    return {
        pk: LineSum(to_yuan(fen), "；".join(filter(None, [one.reason, reason]))[:300])
        for (pk, one), fen in zip(standing.items(), parts, strict=True)
    }


def _conclude(claim: Claim, *, stage: Stage, minutes: Minutes | None, act: ActorContext) -> Outcome:
    if stage == Stage.FINAL:
        return _decide(claim, minutes=minutes, act=act)
    try:
        expected = ExpectedState(claim.status, claim.round)
        if stage == Stage.ACCEPTANCE:
            accept_claim(claim.pk, expected=expected, act=act)
        elif stage == Stage.DISTRICT_SECOND:
            proposal = claim.decisions.filter(stage=Stage.DISTRICT_FIRST).last()
            if proposal and proposal.conclusion == Conclusion.REFUSE:
                raise RefusedError("初审建议不予支持，请打开该件逐件办理。")
            confirm_district_review(claim.pk, expected=expected, act=act)
        else:
            return Outcome(claim, support_claim(claim.pk, expected=expected, act=act).amount)
    except REFUSALS as error:
        return Outcome(claim, claim.forwarded_amount, str(error))
    return Outcome(claim, claim.forwarded_amount)


def _decide(
    claim: Claim,
    *,
    minutes: Minutes | None,
    act: ActorContext,
    sums: Mapping[int, LineSum] | None = None,
    cuts: Sequence[Cut] = (),
) -> Outcome:
    try:
        expected = ExpectedState(claim.status, claim.round)
        decision = support_claim(claim.pk, expected=expected, act=act, minutes=minutes, sums=sums, cuts=cuts)
    except REFUSALS as error:
        return Outcome(claim, claim.forwarded_amount, str(error))
    return Outcome(claim, decision.amount, title=decision.title)
