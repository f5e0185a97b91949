"""Appoint officials and end their appointments."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal.accounts.areas import covers_now
from portal.accounts.enums import Role
from portal.accounts.models import Appointment, Region, User
from portal.accounts.permissions import appointment_problem
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.notifications.services import notify_users


def appoint_official(user: User, *, role: str, region: Region, act: ActorContext) -> Appointment:
    """Give a person a role in a region, and tell them.

    Only a system administrator of the region, or of one above it, appoints, and never themself; an act without a
    user is the operator's, at the command line. Raises PermissionDenied, or RefusedError where the person is a
    member of an applicant or the duties do not go together.
    """
    with transaction.atomic():
        _check_administrator(region, act=act)
        person = User.objects.select_for_update().get(pk=user.pk)
        if act.user is not None and person.pk == act.user.pk:
            raise RefusedError("不能给自己任职，请由另一位系统管理员办理。")
        if not person.is_active:
            raise RefusedError("该账号已停用，不能任职。")
        if person.memberships.exists():
            raise RefusedError("此人是申报单位成员。公职人员不得代表申报单位，请先退出单位，或使用另一账号任职。")
        held = list(person.appointments.filter(revoked_at=None).values_list("role", "region_id"))
        if problem := appointment_problem(role, region_code=region.code, region_level=region.level, held=held):
            raise RefusedError(problem, field="role")
        appointment = Appointment.objects.create(
            user=person, role=role, region=region, appointed_by=act.user, appointed_at=act.at
        )
        notify_users(
            [person],
            key=f"appointment:{appointment.pk}:made",
            title="您有新的任职",
            body=f"您已被任命为{appointment}。登录后即可办理相应工作。",
            url="/",
        )
        record_audit(
            act,
            action="accounts.official_appointed",
            target=appointment,
            region_code=region.code,
            after={"user": person.pk, "email": person.email, "role": role, "region": region.code},
        )
    return appointment


def revoke_appointment(appointment: Appointment, *, act: ActorContext) -> None:
    """End an appointment; it stays on record with its end. Nobody ends their own.

    Raises PermissionDenied for anybody but a system administrator of the region, RefusedError where it has ended.
    """
    with transaction.atomic():
        locked = (
            Appointment.objects.select_for_update(of=("self",))
            .select_related("user", "region__parent")
            .get(pk=appointment.pk)
        )
        _check_administrator(locked.region, act=act)
        if act.user is not None and locked.user_id == act.user.pk:
            raise RefusedError("不能免去自己的职责，请由另一位系统管理员办理。")
        if locked.revoked_at:
            raise RefusedError("该任职已经结束。")
        locked.revoked_at = act.at
        locked.revoked_by = act.user
        locked.save(update_fields=["revoked_at", "revoked_by"])
        notify_users(
            [locked.user],
            key=f"appointment:{locked.pk}:ended",
            title="您的任职已结束",
            body=f"您不再担任{locked}。如有疑问，请联系系统管理员。",
        )
        record_audit(
            act,
            action="accounts.official_revoked",
            target=locked,
            region_code=locked.region_id,
            before={"user": locked.user_id, "role": locked.role, "region": locked.region_id},
            after={"revoked_at": act.at},
        )


def _check_administrator(region: Region, *, act: ActorContext) -> None:
    if act.user is None:
        return
    # Asked anew, not from the request's cache: an administrator revoked a moment ago appoints nobody.
    if not covers_now(act.user, region.pk, Role.SYSTEM_ADMIN):
        raise PermissionDenied("您不是该地区的系统管理员。")
