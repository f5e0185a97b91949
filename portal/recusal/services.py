"""Recuse an official from an applicant: declared by themself, or found from what is known; and lift it."""

from collections.abc import Callable, Iterable
from datetime import date

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts.areas import covers_now
from portal.accounts.enums import SEPARATE_DUTIES
from portal.accounts.models import Applicant, Appointment, User
from portal.accounts.persons import same_person
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.encryption import keyed_hashes
from portal.core.errors import RefusedError
from portal.core.text import tidy
from portal.notifications.services import notify_users
from portal.recusal.enums import DECLARED, SUPERVISORS, Ground, Tie
from portal.recusal.models import Affiliation, Recusal
from portal.recusal.selectors import supervisors_over

# What else follows when an official is recused: their unfinished work is taken from them.
AFTER_RECUSAL: list[Callable[[Recusal, ActorContext], None]] = []


def declare_recusal(applicant: Applicant, *, ground: str, reason: str, act: ActorContext) -> Recusal:
    """An official declares that they must not work on an applicant's claims; it holds at once.

    Raises RefusedError without a reason, or where it stands already; PermissionDenied for nobody signed in.
    """
    if act.user is None:
        raise PermissionDenied("请登录后办理。")
    if ground not in DECLARED:
        raise RefusedError("请选择回避事由。", field="ground")
    if not reason.strip():
        raise RefusedError("请写明需要回避的情形，供负责人和审计查阅。", field="reason")
    with transaction.atomic():
        made = _recuse(act.user, applicant, Ground(ground), reason=reason.strip(), act=act)
        if made is None:
            raise RefusedError("您已因该事由回避，不需重复申请。", field="ground")
    return made


def find_recusals(applicant: Applicant, *, act: ActorContext) -> list[Recusal]:
    """Recuse the officials whom an applicant's code, name, number or account ties to it; those known stay as they are.

    Must run in the caller's transaction: a claim is filed.
    """
    found: list[tuple[User, Ground, date | None]] = []
    ties = Affiliation.objects.filter(_names(applicant)).select_related("user")
    found += [(one.user, *_ground_of(one)) for one in ties]
    is_person = applicant.is_individual or applicant.account_name != applicant.name
    named = applicant.account_name if is_person else ""
    if named or applicant.resident_id:
        digests = keyed_hashes(applicant.resident_id) if applicant.resident_id else []
        held = Appointment.objects.in_force().filter(role__in=SEPARATE_DUTIES).values("user_id")
        for user in User.objects.filter(Q(identity_digest__in=digests) | Q(name=named or None), pk__in=held):
            found.append((user, Ground.ONESELF if user.identity_digest in digests else Ground.PAYEE, None))
    made = [_recuse(user, applicant, ground, until=until, is_found=True, act=act) for user, ground, until in found]
    return [one for one in made if one is not None]


def add_affiliation(*, organisation: str, uscc: str, tie: str, ended_on: date | None, act: ActorContext) -> Affiliation:
    """An official enters where they work, worked or acted as an agent; they are recused from it where it applies here.

    Raises RefusedError for an end to come, PermissionDenied for nobody signed in.
    """
    if act.user is None:
        raise PermissionDenied("请登录后办理。")
    if ended_on and ended_on > timezone.localdate(act.at):
        raise RefusedError("结束日期不能晚于今天；仍在继续的请留空。", field="ended_on")
    with transaction.atomic():
        made, is_new = Affiliation.objects.get_or_create(
            user=act.user,
            organisation=tidy(organisation),
            uscc=uscc.upper(),
            tie=tie,
            ended_on=ended_on,
            defaults={"at": act.at},
        )
        if is_new:
            here = Applicant.objects.filter(Q(name=made.organisation) | Q(uscc=made.uscc or None))
            ground, until = _ground_of(made)
            for applicant in here:
                _recuse(act.user, applicant, ground, until=until, is_found=True, act=act)
            record_audit(
                act,
                action="recusal.affiliated",
                target=made,
                after={"organisation": made.organisation, "uscc": made.uscc, "tie": made.tie, "ended_on": ended_on},
            )
    return made


def lift_recusal(recusal: Recusal, *, reason: str, act: ActorContext) -> Recusal:
    """A supervisor of the applicant's region lifts a recusal with a reason; never the recused person.

    Raises PermissionDenied for anybody else, RefusedError without a reason and where it is lifted.
    """
    if not reason.strip():
        raise RefusedError("请写明解除回避的理由。", field="reason")
    with transaction.atomic():
        locked = Recusal.objects.select_for_update(of=("self",)).select_related("user", "applicant").get(pk=recusal.pk)
        if not covers_now(act.user, locked.applicant.region_id, *SUPERVISORS):
            raise PermissionDenied("回避由申报单位所在地区的复核、市级审核或审定人员解除。")
        if same_person(act.user, locked.user_id):
            raise RefusedError("不能解除本人的回避，请由其他负责人办理。")
        if locked.lifted_at:
            raise RefusedError("该回避已经解除。")
        locked.lifted_at, locked.lifted_by, locked.lift_reason = act.at, act.user, reason.strip()
        locked.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
        record_audit(
            act,
            action="recusal.lifted",
            target=locked,
            region_code=locked.applicant.region_id,
            after={"user": locked.user_id, "applicant": locked.applicant.name, "lift_reason": locked.lift_reason},
        )
    return locked


def _names(applicant: Applicant) -> Q:
    wanted = Q(organisation=applicant.name)
    return wanted | Q(uscc=applicant.uscc) if applicant.uscc else wanted


def _ground_of(one: Affiliation) -> tuple[Ground, date | None]:
    """Why an affiliation recuses, and until when: what has ended counts for some years more."""
    until = None
    if one.ended_on is not None:
        until = one.ended_on.replace(day=min(one.ended_on.day, 28), year=one.ended_on.year + settings.RECUSAL_YEARS)
    if one.tie == Tie.AGENT:
        return Ground.AGENT, until
    return (Ground.EMPLOYER if one.ended_on is None else Ground.FORMER_EMPLOYER), until


def _recuse(
    user: User,
    applicant: Applicant,
    ground: Ground,
    *,
    reason: str = "",
    until: date | None = None,
    is_found: bool = False,
    act: ActorContext,
) -> Recusal | None:
    """Write a recusal with what follows; None where one for the ground stands, was lifted, or is over by its day."""
    if until is not None and until < timezone.localdate(act.at):
        return None
    made, is_new = Recusal.objects.get_or_create(
        user=user,
        applicant=applicant,
        ground=ground,
        defaults={"reason": reason, "until": until, "is_found": is_found, "at": act.at},
    )
    if not is_new:
        if is_found or made.lifted_at is None:
            return None
        # Declared again after it was lifted: it holds again.
        made.reason, made.at, made.lifted_at, made.lifted_by, made.lift_reason = reason, act.at, None, None, ""
        made.save()
    _notify_supervisors(made, supervisors_over(applicant.region_id, but=user))
    for follow in AFTER_RECUSAL:
        follow(made, act)
    record_audit(
        act,
        action="recusal.found" if is_found else "recusal.declared",
        target=made,
        region_code=applicant.region_id,
        after={"user": user.pk, "applicant": applicant.name, "ground": ground, "until": until, "reason": reason},
    )
    return made


def _notify_supervisors(made: Recusal, supervisors: Iterable[User]) -> None:
    notify_users(
        supervisors,
        "recusal.made",
        key=f"recusal:{made.pk}:{made.at:%Y%m%d%H%M%S}",
        url=reverse("recusal:list"),
        region_code=made.applicant.region_id,
        person=made.user.name,
        applicant=made.applicant.name,
        recusal_ground=made.get_ground_display(),
    )
