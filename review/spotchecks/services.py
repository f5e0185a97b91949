"""Draw a sample of conclusions, and take the second look at one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from portal.accounts.areas import covers
from portal.accounts.models import Region, User
from portal.accounts.persons import same_person
from portal.accounts.selectors import officers_of
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.sampling import drawn, sample_size
from portal.notifications.services import notify_users
from review.decisions.enums import Conclusion
from review.spotchecks.enums import CaseState, Confidence, Source
from review.spotchecks.models import DRAWERS, JUDGES, Case, Look, Sample
from review.spotchecks.selectors import judge_problem, may_end, population, running_look
from review.spotchecks.workflow import CASES

_MOST = 2000


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """What to draw from, and how sure the rate is to be: `confidence` and `margin` in percent.

    Without a seed one is made by chance.
    """

    since: date
    until: date
    confidence: Confidence
    margin: int
    source: Source = Source.ALL
    stage: str = ""
    seed: str = ""


def draw_sample(region: Region, plan: SamplePlan, *, act: ActorContext) -> Sample:
    """Draw conclusions of a region for a second look, and tell those who take it.

    Raises PermissionDenied for whoever does not decide in the region, RefusedError as `keep_sample` does.
    """
    user = act.user
    if user is None or not covers(user, region.pk, *DRAWERS):
        raise PermissionDenied("只有该地区的审定人员可以抽取复核样本。")
    with transaction.atomic():
        found = population(region, source=plan.source, stage=plan.stage, since=plan.since, until=plan.until)
        sample, keys = keep_sample(region, list(found.values_list("pk", flat=True)), plan, act=act)
        cases = Case.objects.bulk_create(
            Case(sample=sample, decision_id=pk, position=place) for place, pk in enumerate(keys, start=1)
        )
        record_contents(cases)
        judges = {each.pk: each for role in JUDGES for each in officers_of(region.pk, role=role)}
        notify_users(
            judges.values(),
            "spotchecks.drawn",
            key=f"sample:{sample.pk}",
            url=reverse("spotchecks:sample", args=[sample.key]),
            region_code=region.pk,
            period=f"{sample.since:%Y-%m-%d} 至 {sample.until:%Y-%m-%d}",
            sample_size=str(sample.size),
        )
        after = {
            "population": sample.population,
            "size": sample.size,
            "seed": sample.seed,
            "stage": plan.stage,
            "source": plan.source,
        }
        record_audit(act, action="spotchecks.drawn", target=sample, region_code=region.pk, after=after)
    return sample


def keep_sample(
    region: Region, keys: Sequence[int], plan: SamplePlan, *, act: ActorContext, inspects: bool = False
) -> tuple[Sample, list[int]]:
    """Draw from the keys of a population and keep how; returns the drawn keys with it. In the caller's transaction.

    Raises RefusedError for a period that ends before it begins, where there is nothing to draw from, and for a sample
    that nobody could look at.
    """
    if act.user is None:
        raise PermissionDenied("样本须由人员抽取。")
    if plan.since > plan.until:
        raise RefusedError("开始日期不能晚于结束日期。", field="since")
    if not keys:
        raise RefusedError("这一期间没有可以抽取的内容，请调整条件。", field="since")
    size = sample_size(len(keys), confidence=plan.confidence, margin=plan.margin)
    if size > _MOST:
        raise RefusedError(f"样本有 {size} 件，超过 {_MOST} 件，请放宽误差范围或缩短期间。", field="margin")
    seed = plan.seed.strip() or secrets.token_hex(8)
    sample = Sample.objects.create(
        region=region,
        inspects=inspects,
        source=plan.source,
        stage=plan.stage,
        since=plan.since,
        until=plan.until,
        confidence=plan.confidence,
        margin=plan.margin,
        population=len(keys),
        size=size,
        seed=seed,
        drawn_by=act.user,
        drawn_at=act.at,
    )
    return sample, drawn(keys, size, seed=seed)


def take_case(case: Case, *, act: ActorContext) -> Look:
    """Begin a second look: the drawn claim's other pages are closed to the person until it ends.

    Taken twice by the same person it is the same look. Raises RefusedError for whoever may not conclude on it, and
    where somebody else has it.
    """
    with transaction.atomic():
        locked = _locked(case)
        user = _judge(locked, act=act)
        if look := running_look(locked):
            if same_person(user, look.officer_id):
                return look
            raise RefusedError(f"该抽查件已由{look.officer.name}领取，请复核其他抽查件。")
        CASES.check(locked, CaseState.AGREED)
        claim = locked.decision.claim
        look = Look.objects.create(case=locked, claim=claim, officer=user, began_at=act.at)
        record_audit(
            act,
            action="spotchecks.taken",
            target=locked,
            region_code=locked.sample.region_id,
            after={"claim": claim.number},
        )
    return look


def give_back(case: Case, *, reason: str, act: ActorContext) -> Look:
    """End a second look without a conclusion; its officer never takes a case of the claim again.

    Raises RefusedError without a reason and where nobody has it, PermissionDenied for anybody but its officer and
    whoever draws samples there.
    """
    if not reason.strip():
        raise RefusedError("请写明交回的理由。", field="reason")
    with transaction.atomic():
        locked = _locked(case)
        look = running_look(locked)
        if look is None:
            raise RefusedError("该抽查件没有人领取，不需交回。")
        if act.user is None or not may_end(act.user, look):
            raise PermissionDenied("只有领取人或者该地区的审定人员可以交回抽查件。")
        look.given_back = reason.strip()
        _end(look, act=act)
        record_audit(
            act,
            action="spotchecks.given_back",
            target=locked,
            region_code=locked.sample.region_id,
            after={"claim": look.claim.number, "reason": look.given_back},
        )
    return look


def _locked(case: Case) -> Case:
    return Case.objects.select_for_update(of=("self",)).select_related("decision__claim", "sample").get(pk=case.pk)


def _judge(case: Case, *, act: ActorContext) -> User:
    """The person who acts, as one who may look at the case anew."""
    if act.user is None:
        raise PermissionDenied("复核须由人员办理。")
    if problem := judge_problem(act.user, case):
        raise RefusedError(problem)
    return act.user


def _end(look: Look, *, act: ActorContext) -> None:
    look.ended_at = act.at
    look.save(update_fields=["ended_at", "given_back"])
    record_contents([look])


def judge_case(case: Case, *, conclusion: Conclusion, amount: Decimal | None, words: str, act: ActorContext) -> Case:
    """Conclude on a drawn claim that one took; it agrees where conclusion and sum are the first's.

    Raises PermissionDenied or RefusedError for whoever may not (another area, four eyes, recusal) or did not take it,
    RefusedError without words and where it was looked at already.
    """
    if not words.strip():
        raise RefusedError("请写明复核的依据。", field="words")
    with transaction.atomic():
        locked = _locked(case)
        user = _judge(locked, act=act)
        look = running_look(locked)
        if look is None or not same_person(user, look.officer_id):
            raise RefusedError("请先领取该抽查件，再登记复核结论。")
        first = locked.decision
        given = amount if conclusion == Conclusion.SUPPORT else None
        same = conclusion == first.conclusion and (conclusion == Conclusion.REFUSE or given == first.amount)
        CASES.move(
            locked,
            CaseState.AGREED if same else CaseState.DIFFERED,
            changes={
                "conclusion": conclusion,
                "amount": given,
                "words": words.strip(),
                "judged_by": user,
                "judged_at": act.at,
            },
        )
        _end(look, act=act)
        record_audit(
            act,
            action="spotchecks.judged",
            target=locked,
            region_code=locked.sample.region_id,
            after={
                "claim": first.claim.number,
                "state": locked.state,
                "conclusion": conclusion,
                "amount": locked.amount,
            },
        )
    return locked
