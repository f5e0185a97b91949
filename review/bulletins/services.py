"""Write a message to a call's applicants, release it as a second person, and send it in slices."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from policies.calls.models import Call
from portal.accounts.areas import covers_now
from portal.accounts.models import Region, User
from portal.accounts.persons import same_person
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.regions import same_branch
from portal.jobs.progress import report_progress
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_users
from review.bulletins.enums import BulletinAction, BulletinState
from review.bulletins.models import WRITERS, Bulletin
from review.bulletins.selectors import people_of
from review.bulletins.workflow import BULLETINS

SEND_JOB = "bulletins.send"
# People told in one transaction.
SLICE = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """What a bulletin is to be: to whom, and what it says."""

    call: Call
    region: Region
    recipients: str
    title: str
    text: str


def write_bulletin(draft: Draft, *, key: uuid.UUID, act: ActorContext) -> Bulletin:
    """Put a bulletin before a second person. The same key again is the same bulletin.

    Raises PermissionDenied outside the person's regions; RefusedError for a call of another city, and where nobody
    would be told.
    """
    user = _duty(act, draft.region)
    if not same_branch(draft.call.region_id, draft.region.pk):
        raise RefusedError("该申报通知不适用于所选地区，请重新选择。", "region")
    if not people_of(draft.call, draft.region, draft.recipients).exists():
        raise RefusedError("没有符合条件的申报单位，请改选发送对象。", "recipients")
    with transaction.atomic():
        made, created = Bulletin.objects.get_or_create(
            key=key,
            defaults={
                "call": draft.call,
                "region": draft.region,
                "recipients": draft.recipients,
                "title": draft.title,
                "text": draft.text,
                "written_by": user,
                "written_at": act.at,
            },
        )
        if created:
            _record(made, "written", act)
    return made


def release_bulletin(bulletin_id: int, *, act: ActorContext) -> Bulletin:
    """Have a bulletin sent, as a second person of the region. Raises as `refuse_bulletin`."""
    with transaction.atomic():
        found = _locked(bulletin_id, act)
        BULLETINS.move(found, BulletinAction.RELEASE, changes={"decided_by": act.user, "decided_at": act.at})
        payload = {"bulletin_id": found.pk}
        enqueue_job(SEND_JOB, key=str(found.pk), payload=payload, region_code=found.region_id)
        record_contents([found])
        _record(found, "released", act)
    return found


def refuse_bulletin(bulletin_id: int, *, reason: str, act: ActorContext) -> Bulletin:
    """Do not send a bulletin.

    Raises PermissionDenied outside the person's regions, RefusedError for one's own, for one that is decided already,
    and without a reason.
    """
    with transaction.atomic():
        found = _locked(bulletin_id, act)
        BULLETINS.check(found, BulletinAction.REFUSE, reason=reason)
        changes = {"decided_by": act.user, "decided_at": act.at, "reason": reason.strip()}
        BULLETINS.move(found, BulletinAction.REFUSE, changes=changes)
        _record(found, "refused", act)
    return found


def send_bulletin(bulletin_id: int) -> None:
    """Tell everybody whom a released bulletin is for, each once, in slices. A job; goes on where it was killed."""
    bulletin = Bulletin.objects.select_related("call", "region").get(pk=bulletin_id)
    total = bulletin.sent_count + _left(bulletin).count()
    while _send_slice(bulletin_id):
        bulletin.refresh_from_db()
        report_progress(min(bulletin.sent_count, total), total)


def _send_slice(bulletin_id: int) -> bool:
    """Tell the next people, and note how far it went, in one transaction; False where all is done."""
    with transaction.atomic():
        rows = Bulletin.objects.select_for_update(of=("self",)).select_related("call", "region")
        bulletin = rows.get(pk=bulletin_id)
        if bulletin.state != BulletinState.SENDING:
            return False
        people = list(_left(bulletin)[:SLICE])
        if not people:
            BULLETINS.move(bulletin, BulletinAction.FINISH)
            return False
        notify_users(
            people,
            "bulletins.bulletin",
            key=f"bulletin:{bulletin.pk}",
            url="/",
            region_code=bulletin.region_id,
            bulletin_title=bulletin.title,
            bulletin_text=bulletin.text,
            call=bulletin.call.title,
            office=bulletin.region.bureau or bulletin.region.full_name,
        )
        bulletin.reached, bulletin.sent_count = people[-1].pk, bulletin.sent_count + len(people)
        bulletin.save(update_fields=["reached", "sent_count"])
    return True


def _left(bulletin: Bulletin) -> QuerySet[User]:
    return people_of(bulletin.call, bulletin.region, bulletin.recipients).filter(pk__gt=bulletin.reached)


def _locked(bulletin_id: int, act: ActorContext) -> Bulletin:
    found = Bulletin.objects.select_for_update(of=("self",)).select_related("region").get(pk=bulletin_id)
    _duty(act, found.region)
    if same_person(act.user, found.written_by_id):
        raise RefusedError("拟稿人不能发布或不采纳自己的消息，请由另一位工作人员办理。")
    return found


def _duty(act: ActorContext, region: Region) -> User:
    if act.user is None or not covers_now(act.user, region.pk, *WRITERS):
        raise PermissionDenied("只有所选地区的政策管理、受理和市级审核人员可以群发消息。")
    return act.user


def _record(bulletin: Bulletin, deed: str, act: ActorContext) -> None:
    record_audit(
        act,
        action=f"bulletins.{deed}",
        target=bulletin,
        region_code=bulletin.region_id,
        after={"recipients": bulletin.recipients, "title": bulletin.title, "reason": bulletin.reason},
    )
