"""Ask for mandates, confirm them on a paper, end them, and remind of those that end. Each change is on record."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from applications.mandates.enums import MandateAction, MandateState, Right, Side
from applications.mandates.models import Mandate, MandateItem
from applications.mandates.selectors import members_of, sides_of
from applications.mandates.workflow import MANDATES, OWNERS_ALONE
from policies.published.models import SupportItem
from portal.accounts.enums import ApplicantKind
from portal.accounts.models import Applicant, User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.files import PDF, Allowed, check_file, keep_file
from portal.notifications.services import notify_users
from portal.ownership.selectors import refuse_disputed

ENDINGS = {PDF: ("pdf",), "image/png": ("png",), "image/jpeg": ("jpg", "jpeg")}
ALLOWED_WORDS = "PDF、PNG 或 JPG"
# The longest time for which a mandate may be given, in days: three years.
MAX_DAYS = 3 * 366
# Days before the last one at which both sides are reminded.
ENDING_DAYS = 14
# So many days after the last one its end is still told, where the nightly look was missed.
_TOLD_DAYS = 7
_SLICE = 200
_TOLD = {
    MandateAction.CONFIRM: "mandates.confirmed",
    MandateAction.DECLINE: "mandates.declined",
    MandateAction.CANCEL: "mandates.cancelled",
    MandateAction.REVOKE: "mandates.ended",
    MandateAction.RETURN: "mandates.ended",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a mandate is to be about: the items (none: all), the rights, and the days, both counted."""

    items: Sequence[SupportItem]
    rights: Sequence[Right]
    starts_on: date
    ends_on: date
    with_earlier: bool = False


def ask_for_mandate(
    principal: Applicant, agency: Applicant, *, side: Side, scope: Scope, key: uuid.UUID, act: ActorContext
) -> Mandate:
    """Ask for a mandate from one side, as one of its members; the same `key` again gives the same one.

    Raises PermissionDenied for who stands on neither side, RefusedError naming the field where the other is no agency,
    the scope makes no sense, or a request between the two is open already.
    """
    _check_parties(principal, agency)
    _check_scope(scope, on=timezone.localdate(act.at))
    asking = principal if side == Side.PRINCIPAL else agency
    if act.user is None or not any(m.applicant_id == asking.pk for m in act.user.active_memberships):
        raise PermissionDenied("只能以您所属的单位提出委托。")
    begins = timezone.make_aware(datetime.combine(scope.starts_on, time.min))
    try:
        with transaction.atomic():
            made = Mandate.objects.create(
                key=key,
                principal=principal,
                agency=agency,
                all_items=not scope.items,
                starts_on=scope.starts_on,
                ends_on=scope.ends_on,
                since=None if scope.with_earlier else begins,
                asked_side=side,
                asked_by=act.user,
                asked_at=act.at,
                **{right.value: True for right in scope.rights},
            )
            for item in scope.items:
                MandateItem.objects.create(mandate=made, item=item)
            others = [user for user in members_of([principal.pk, agency.pk]) if user.pk != act.user.pk]
            _tell(made, "mandates.asked", others, reason="", mark="asked")
            record_audit(
                act,
                action="mandates.asked",
                target=made,
                region_code=principal.region_id,
                after={
                    "principal": principal.name,
                    "agency": agency.name,
                    "items": [item.code for item in scope.items] or "全部事项",
                    "rights": [right.label for right in scope.rights],
                    "starts_on": scope.starts_on,
                    "ends_on": scope.ends_on,
                },
            )
            return made
    except IntegrityError:
        found = Mandate.objects.filter(principal=principal, agency=agency)
        if again := found.filter(key=key).first():
            return again
        if found.filter(state=MandateState.ASKED).exists():
            raise RefusedError("双方之间已有一份待确认的委托，请先办理那一份，或撤回后再提出。") from None
        raise


def _check_parties(principal: Applicant, agency: Applicant) -> None:
    if agency.kind != ApplicantKind.AGENCY:
        raise RefusedError(
            f"{agency.name}登记的类型是“{agency.get_kind_display()}”，只能委托知识产权服务机构。", field="uscc"
        )
    if principal.pk == agency.pk:
        raise RefusedError("不能委托本单位自己，请核对统一社会信用代码。", field="uscc")


def _check_scope(scope: Scope, *, on: date) -> None:
    if not scope.rights:
        raise RefusedError("请至少选择一项权限。", field="rights")
    if scope.ends_on < scope.starts_on:
        raise RefusedError("截止日期早于开始日期，请改正其中一个。", field="ends_on")
    if scope.ends_on < on:
        raise RefusedError("截止日期已过，请另选日期。", field="ends_on")
    if (scope.ends_on - scope.starts_on).days >= MAX_DAYS:
        raise RefusedError("一份委托最长三年，请缩短；到期后可以再次委托。", field="ends_on")


def hand_in_paper(mandate: Mandate, *, file: UploadedFile[bytes], act: ActorContext) -> Mandate:
    """Keep the signed paper of a mandate that waits, in the stead of an earlier one.

    Raises RefusedError naming the field where the file cannot be taken, PermissionDenied as `end_mandate` does.
    """
    try:
        media_type = check_file(
            file.name or "", file, allowed=Allowed(ENDINGS, ALLOWED_WORDS, settings.EVIDENCE_MAX_BYTES)
        )
    except RefusedError as error:
        raise RefusedError(str(error), field="paper") from None
    with transaction.atomic():
        locked = _lock(mandate)
        _check_party(locked, MandateAction.HAND_IN, act)
        MANDATES.check(locked, MandateAction.HAND_IN)
        kept = keep_file(file, folder=Mandate.FOLDER)
        paper = {
            "filename": PurePath(file.name or "").name[-200:],
            "sha256": kept.sha256,
            "size": kept.size,
            "media_type": media_type,
        }
        MANDATES.move(locked, MandateAction.HAND_IN, changes=paper)
        record_audit(
            act,
            action="mandates.handed_in",
            target=locked,
            region_code=locked.principal.region_id,
            after={"filename": locked.filename, "sha256": locked.sha256},
        )
    return locked


def confirm_mandate(mandate: Mandate, *, act: ActorContext) -> Mandate:
    """Put a mandate into force, as the principal's owner.

    Raises PermissionDenied for anybody else, RefusedError without the paper, while the agency is not verified, while
    somebody contests one of the two, and where its last day is over.
    """
    with transaction.atomic():
        locked = _lock(mandate)
        _check_party(locked, MandateAction.CONFIRM, act)
        MANDATES.check(locked, MandateAction.CONFIRM)
        if not locked.sha256:
            raise RefusedError("请先上传双方签章的委托书，再确认。", field="paper")
        if not locked.agency.is_verified:
            raise RefusedError(
                f"{locked.agency.name}的主体尚未核验，暂时不能确认。请该机构先在“主体核验”中提交营业执照和授权委托书。"
            )
        if locked.ends_on < timezone.localdate(act.at):
            raise RefusedError("委托的截止日期已过，请撤回后重新提出。")
        for party in (locked.principal_id, locked.agency_id):
            refuse_disputed(party)
        _move(locked, MandateAction.CONFIRM, act=act, changes={"decided_by": act.user, "decided_at": act.at})
    return locked


def end_mandate(mandate: Mandate, action: MandateAction, *, act: ActorContext, reason: str = "") -> Mandate:
    """Decline, take back, revoke or give back a mandate; it gives no right from this moment on.

    Raises PermissionDenied for whom the table does not let, RefusedError where it has ended already.
    """
    with transaction.atomic():
        locked = _lock(mandate)
        _check_party(locked, action, act)
        changes = {"ended_by": act.user, "ended_at": act.at, "reason": reason.strip()[:200]}
        _move(locked, action, act=act, changes=changes)
    return locked


def _move(locked: Mandate, action: MandateAction, *, act: ActorContext, changes: Mapping[str, object]) -> None:
    before, after = MANDATES.move(locked, action, changes=changes)
    reason = str(changes.get("reason", ""))
    _tell(locked, _TOLD[action], members_of([locked.principal_id, locked.agency_id]), reason=reason, mark=action)
    record_audit(
        act,
        action=f"mandates.{locked.state}",
        target=locked,
        region_code=locked.principal.region_id,
        before={"state": before["state"]},
        after={"state": after["state"], "reason": reason},
    )


def follow_transfer(applicant: Applicant, act: ActorContext) -> None:
    """Once an organisation is handed over: no mandate stands that those who held it before gave, asked for or took."""
    standing = Mandate.objects.select_for_update(of=("self",)).select_related("principal", "agency")
    theirs = standing.filter(
        Q(principal=applicant) | Q(agency=applicant), state__in=[MandateState.ASKED, MandateState.CONFIRMED]
    )
    for mandate in theirs.order_by("pk"):
        action = MandateAction.CANCEL if mandate.state == MandateState.ASKED else MandateAction.REVOKE
        changes = {"ended_by": act.user, "ended_at": act.at, "reason": "单位已移交"}
        _move(mandate, action, act=act, changes=changes)


def actions_open_to(user: User, mandate: Mandate) -> list[MandateAction]:
    """What a person may do with a mandate now, in the order of the list."""
    stands = sides_of(user, mandate)
    found = []
    for action in MandateAction:
        row = MANDATES.get(action)
        if row is None or mandate.state not in row.sources:
            continue
        for side, is_owner in stands.items():
            is_theirs = side in row.parties and (action != MandateAction.CANCEL or side == mandate.asked_side)
            if is_theirs and (is_owner or action not in OWNERS_ALONE) and action not in found:
                found.append(action)
    return found


def _check_party(locked: Mandate, action: MandateAction, act: ActorContext) -> None:
    """Raise PermissionDenied unless the person is on a side that may do the action, RefusedError where it is late."""
    MANDATES.check(locked, action)
    if act.user is None or action not in actions_open_to(act.user, locked):
        owners = "委托人的负责人" if action in OWNERS_ALONE else "提出的一方或有权的一方"
        raise PermissionDenied(f"“{action.label}”只能由{owners}办理。")


def _lock(mandate: Mandate) -> Mandate:
    """Both parties are read with it; the lock is on the mandate alone."""
    locked = Mandate.objects.select_for_update(of=("self",)).select_related("principal", "agency")
    return locked.get(pk=mandate.pk)


def _tell(mandate: Mandate, kind: str, people: list[User], *, reason: str, mark: str) -> None:
    said = {"reason": reason} if kind in ("mandates.declined", "mandates.ended") else {}
    notify_users(
        people,
        kind,
        key=f"mandate:{mandate.pk}:{mark}",
        url=reverse("mandates:mandate", args=[mandate.key]),
        region_code=mandate.principal.region_id,
        principal=mandate.principal.name,
        agency=mandate.agency.name,
        mandate=mandate.number,
        due=f"{mandate.ends_on:%Y-%m-%d}",
        **said,
    )


def remind_of_ends(*, on: date, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Tell both sides of mandates that end within ENDING_DAYS, and of those that ended; each once.

    Returns how many were looked at. Slice by slice, each in a transaction of its own.
    """
    first, last = on - timedelta(days=_TOLD_DAYS), on + timedelta(days=ENDING_DAYS)
    due = Mandate.objects.filter(Q(ends_on__range=(first, last)), state=MandateState.CONFIRMED)
    total, done, after = due.count(), 0, 0
    while some := list(due.filter(pk__gt=after).select_related("principal", "agency").order_by("pk")[:_SLICE]):
        with transaction.atomic():
            for mandate in some:
                people = members_of([mandate.principal_id, mandate.agency_id])
                is_over = mandate.ends_on < on
                kind = "mandates.ended" if is_over else "mandates.ending"
                reason = "委托期限已满" if is_over else ""
                _tell(mandate, kind, people, reason=reason, mark=kind)
        done, after = done + len(some), some[-1].pk
        progress(done, total)
    return done
