"""Begin a matter, and take it on by its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.services.attachments import Files, check_attachments, kept_attachments
from portal.accounts.areas import covers
from portal.accounts.enums import Role
from portal.accounts.selectors import officers_of
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.notifications.services import notify_applicant, notify_users
from review.decisions.services.reopening import reopen_claim
from review.followup.enums import DISPUTES, OPEN_STATES, REMEDIES, Act, Effect, FollowUpState, Kind
from review.followup.models import OFFICERS, FollowUp, FollowUpEvent, FollowUpFile, Plan
from review.followup.permissions import involvement_problem, party_of
from review.followup.workflow import APPLICANT, SYSTEM, TABLES
from review.recoveries.services.proceedings import Proposal, propose_recovery
from review.spotchecks.models import Sample

# What was granted: only then something is asked, inspected or renewed.
GRANTED = frozenset({ClaimStatus.APPROVED, ClaimStatus.PAID, ClaimStatus.RECOGNISED})
_EFFECTIVE = frozenset({Act.UPHOLD, Act.UPHOLD_PARTLY})
# What the applicant is told of, and how long an answer may be.
_TOLD = {
    Act.ACCEPT: "followup.accepted",
    Act.PASS: "followup.accepted",
    Act.RENEW: "followup.accepted",
    Act.RETURN: "followup.returned",
    Act.FAULT: "followup.returned",
    Act.CANCEL: "followup.cancelled",
    Act.EXPIRE: "followup.expired",
}
_LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is begun: `fields` are labels of what the applicant fills in; `party` and `number` are a dispute's."""

    kind: Kind
    title: str
    text: str = ""
    due_on: date | None = None
    fields: Sequence[str] = ()
    party: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What goes with an act: words, files, answers by label, a visit, and what an outcome does to the award."""

    words: str = ""
    files: Files = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    visited_on: date | None = None
    inspectors: str = ""
    effect: str = ""
    proposal: Proposal | None = None


def begin_matter(claim: Claim, matter: Matter, *, act: ActorContext) -> FollowUp:
    """Begin a matter on a claim as an officer of its district or city; the applicant is told of what is asked of it.

    Raises PermissionDenied for anybody else and for who is recused; RefusedError without a title, for a day that is
    past, where nothing was granted, and for a dispute without whose it is.
    """
    user = act.user
    if user is None or not covers(user, claim.region_id, *OFFICERS) or claim.applicant_id in user.recused_from:
        raise PermissionDenied("只有该申报所在区县和城市的审核人员可以登记后续事项。")
    if not matter.title.strip():
        raise RefusedError("请填写名称。", field="title")
    is_dispute = matter.kind in DISPUTES
    if is_dispute and not matter.party.strip():
        raise RefusedError("请填写投诉人、申请人或原告。", field="party")
    if not is_dispute and matter.due_on is None:
        raise RefusedError("请填写期限。", field="due_on")
    if matter.due_on is not None and matter.due_on < timezone.localdate(act.at):
        raise RefusedError("期限不能早于今天。", field="due_on")
    if not is_dispute and claim.status not in GRANTED:
        raise RefusedError(f"该申报现为“{claim.get_status_display()}”，没有获得支持，不能提出这类要求。")
    return write_matter(claim, matter, act=act)


def write_matter(
    claim: Claim, matter: Matter, *, act: ActorContext, plan: Plan | None = None, sample: Sample | None = None
) -> FollowUp:
    """Write a matter that its caller has checked, with its first step, and tell the applicant."""
    with transaction.atomic():
        made = FollowUp.objects.create(
            kind=matter.kind,
            claim=claim,
            region_id=claim.region_id,
            plan=plan,
            sample=sample,
            title=matter.title.strip(),
            text=matter.text.strip(),
            fields=list(matter.fields),
            party=matter.party.strip(),
            number=matter.number.strip(),
            due_on=matter.due_on,
            state=FollowUpState.OPEN if matter.kind in DISPUTES else FollowUpState.ASKED,
            opened_by=act.user,
            opened_at=act.at,
        )
        _log(made, Act.BEGIN, Step(words=made.text), (), act=act)
        if not made.is_dispute:
            _tell_applicant(made, "followup.asked", key="asked", due=_day(made.due_on))
        _record(made, Act.BEGIN, act=act)
    return made


def advance(followup_id: int, action: Act, step: Step, *, act: ActorContext) -> FollowUp:
    """Take a matter on by its table, with words and files; raises as the table and the person's part in it say.

    PermissionDenied for who has no part in it; RefusedError where its state is no source of the action, without the
    words or answers that it needs, for a file that is not taken, and for a dispute that one concluded oneself.
    """
    media_types = check_attachments(step.files)
    with transaction.atomic():
        found = FollowUp.objects.select_for_update(of=("self",)).select_related("claim__item").get(pk=followup_id)
        table = TABLES[found.kind]
        row = table.check(found, action, reason=step.words)
        party = party_of(act.user, found) if act.user else SYSTEM
        if party not in row.parties:
            raise PermissionDenied("该事项不由您办理。")
        if act.user is not None and found.is_dispute and (problem := involvement_problem(act.user, found)):
            raise RefusedError(problem)
        if len(step.words) > _LONGEST:
            raise RefusedError(f"内容请不超过 {_LONGEST} 字；较长的内容可以作为附件上传。", "words")
        changes = _changes(found, action, step, act=act)
        if row.target not in OPEN_STATES:
            changes["closed_at"] = act.at
        table.move(found, action, changes=changes)
        _log(found, action, step, media_types, act=act)
        if party == APPLICANT:
            _tell_officers(found)
        elif kind := _TOLD.get(action):
            _tell_applicant(found, kind, key=f"{action}:{act.at.timestamp()}", reason=step.words.strip() or "无")
        _record(found, action, act=act)
    return found


def _changes(found: FollowUp, action: Act, step: Step, *, act: ActorContext) -> dict[str, object]:
    changes: dict[str, object] = {}
    if action == Act.SUBMIT:
        missing = [label for label in found.fields if not step.answers.get(label, "").strip()]
        if missing:
            raise RefusedError(f"请填写：{'、'.join(missing)}。")
        if not (found.fields or step.words.strip() or step.files):
            raise RefusedError("请填写说明或上传报告。", "words")
        changes["answers"] = {label: step.answers[label].strip() for label in found.fields}
    if action in (Act.PASS, Act.FAULT):
        if step.visited_on is None or not step.inspectors.strip():
            raise RefusedError("请填写检查日期和检查人员。", "visited_on")
        if step.visited_on > timezone.localdate(act.at):
            raise RefusedError("检查日期不能晚于今天。", "visited_on")
    if action in _EFFECTIVE:
        changes["effect"] = step.effect or Effect.NONE
        if step.effect == Effect.LOWER:
            if step.proposal is None:
                raise RefusedError("请填写调整后的资助和依据条款。", "new_sum")
            changes["recovery"] = propose_recovery(found.claim_id, proposal=step.proposal, act=act)
        if step.effect == Effect.REOPEN:
            if found.kind not in REMEDIES:
                raise RefusedError("只有行政复议或者行政诉讼可以撤销原决定。", "effect")
            # The applicant reads it: whose case it is and what the officer wrote stay with the offices.
            number = f"（{found.number}）" if found.number else ""
            reopen_claim(found.claim_id, reason=f"原决定经{found.get_kind_display()}{number}撤销。", act=act)
    return changes


def _log(found: FollowUp, action: Act, step: Step, media_types: Sequence[str], *, act: ActorContext) -> None:
    event = FollowUpEvent.objects.create(
        followup=found,
        action=action,
        words=step.words.strip(),
        visited_on=step.visited_on,
        inspectors=step.inspectors.strip(),
        actor=act.user,
        actor_name=act.actor_name,
        at=act.at,
    )
    kept = [
        FollowUpFile.objects.create(event=event, **content)
        for content in kept_attachments(step.files, media_types, folder=FollowUpFile.FOLDER)
    ]
    record_contents(kept)


def _record(found: FollowUp, action: Act, *, act: ActorContext) -> None:
    record_audit(
        act,
        action=f"followup.{action}",
        target=found,
        region_code=found.region_id,
        after={"number": found.claim.number, "kind": found.get_kind_display(), "state": found.state},
    )


def _tell_applicant(found: FollowUp, kind: str, *, key: str, **values: str) -> None:
    notify_applicant(
        found.claim.applicant_id,
        kind,
        key=f"followup:{found.pk}:{key}",
        url=reverse("followup:matter", args=[found.key]),
        region_code=found.region_id,
        number=str(found.claim.number),
        matter=found.title,
        **values,
    )


def remind(found: FollowUp, kind: str, *, key: str) -> None:
    """Tell the applicant once, by the key, that the day of a matter comes or has passed."""
    _tell_applicant(found, kind, key=key, due=_day(found.due_on))


def _tell_officers(found: FollowUp) -> None:
    """Whoever asked for it; where the portal did by a plan, the first officers of the district."""
    people = [found.opened_by] if found.opened_by else officers_of(found.region_id, role=Role.DISTRICT_FIRST)
    event = found.events.latest("pk")
    notify_users(
        people,
        "followup.submitted",
        key=f"followup-event:{event.pk}",
        url=reverse("followup:matter", args=[found.key]),
        region_code=found.region_id,
        number=str(found.claim.number),
        matter=found.title,
        applicant=found.claim.applicant.name,
    )


def _day(day: date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else "不限"
