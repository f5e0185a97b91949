"""Write a note, and tell the colleagues whom it mentions."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from applications.claims.models import Claim
from portal.accounts.models import Appointment, User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.regions import within
from portal.notifications.services import notify_users
from review.decisions.selectors.queue import claims_for
from review.notes.models import ClaimNote, Reach


def add_note(claim: Claim, *, text: str, reach: Reach, act: ActorContext) -> ClaimNote:
    """Append a note to a claim that the author sees, and write a message to whom it mentions as @name.

    Raises RefusedError where an @ names nobody who may read the note.
    """
    duty = _duty_of(act.user, claim) if act.user else None
    if act.user is None or duty is None:
        raise PermissionDenied("您的职责不包含查看该申报。")
    with transaction.atomic():
        note = ClaimNote.objects.create(
            claim=claim,
            text=text,
            reach=reach,
            author=act.user,
            author_name=act.actor_name,
            role=duty.role,
            region_id=duty.region_id,
            at=act.at,
        )
        mentioned = _mentioned(note)
        notify_users(
            mentioned,
            "notes.mention",
            key=f"note:{note.pk}",
            url=f"{reverse('review:claim', args=[claim.key])}#panel-notes",
            region_code=claim.region_id,
            colleague=act.actor_name,
            number=claim.number,
        )
        after = {"reach": reach, "mentioned": "、".join(user.name for user in mentioned)}
        record_audit(act, action="notes.added", target=claim, region_code=claim.region_id, after=after)
    return note


def _duty_of(user: User, claim: Claim) -> Appointment | None:
    """The duty in which a person sees the claim, that of the smallest region first."""
    duties = [each for each in user.active_appointments if within(claim.region_id, [each.region_id])]
    return max(duties, key=lambda each: each.region_id.rstrip("0"), default=None)


def _mentioned(note: ClaimNote) -> list[User]:
    """The colleagues whom a note names after an @, the longest name that fits. Raises RefusedError for a stranger."""
    _, *mentions = note.text.split("@")
    if not mentions:
        return []
    claim = note.claim
    regions = [claim.region_id, claim.city_id, f"{claim.city_id[:2]}0000"]
    staff = User.objects.filter(
        is_active=True, appointments__in=Appointment.objects.in_force().filter(region__in=regions)
    )
    by_name: dict[str, list[User]] = {}
    for user in staff.distinct().exclude(pk=note.author_id):
        by_name.setdefault(user.name, []).append(user)
    found: dict[int, User] = {}
    for mention in mentions:
        names = [name for name in by_name if name and mention.startswith(name)]
        readers = [user for user in by_name[max(names, key=len)] if _may_read(user, note)] if names else []
        if not readers:
            said = "".join(mention[:10].split()[:1])
            raise RefusedError(f"“@{said}”不是能阅读本备注的工作人员，请改正姓名或可见范围。", field="text")
        found |= {user.pk: user for user in readers}
    return list(found.values())


def _may_read(user: User, note: ClaimNote) -> bool:
    sees_claim = claims_for(user).filter(pk=note.claim_id).exists()
    return sees_claim and ClaimNote.objects.visible_to(user).filter(pk=note.pk).exists()
