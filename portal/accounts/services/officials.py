"""Appoint officials, confirm appointments as a second administrator, and end them."""

import re
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from portal.accounts.areas import covers_now
from portal.accounts.enums import ADMINISTRATORS, Role
from portal.accounts.models import Appointment, Region, User
from portal.accounts.permissions import appointment_problem
from portal.accounts.persons import same_person
from portal.accounts.selectors import known_digest, security_admins_over
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.identifiers import IdentifierError, read_resident_id
from portal.core.text import compact
from portal.notifications.services import notify_users

_STAFF_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{1,19}")


def appoint_official(
    user: User,
    *,
    role: str,
    region: Region,
    act: ActorContext,
    number: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Appointment:
    """Give a person, known by their ID number, a role in a region; it acts once `confirm_appointment` was called.

    From `starts_on` to `ends_on`, both included; None sets no bound.
    Only a system administrator of the region, or of one above it, appoints, and never themself. An act without a
    user is the operator's, at the command line: it needs no confirmation, and no number. Raises PermissionDenied, or
    RefusedError where the number or a day is wrong, the person is a member of an applicant or the duties do not go
    together.
    """
    if ends_on is not None and ends_on < (starts_on or timezone.localdate(act.at)):
        raise RefusedError("任职至不能早于任职自和今天，请改正。", field="ends_on")
    if ends_on is not None and ends_on < timezone.localdate(act.at):
        raise RefusedError("任职至不能早于今天，请改正。", field="ends_on")
    with transaction.atomic():
        check_administrator(region, Role.SYSTEM_ADMIN, act=act)
        person = User.objects.select_for_update().get(pk=user.pk)
        known = read_identity_number(number, act=act) if number or act.user is not None else ""
        digest = digest_of(person, known) if known else person.identity_digest
        person.identity_digest = digest
        if same_person(person, act.user_id):
            raise RefusedError("不能给自己任职，请由另一位系统管理员办理。")
        end_over(person.appointments.all(), act=act)
        check_duties(person, role, region)
        appointment = Appointment.objects.create(
            user=person,
            role=role,
            region=region,
            identity_digest=digest,
            identity_number=known,
            appointed_by=act.user,
            appointed_at=act.at,
            confirmed_at=None if act.user else act.at,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        if act.user is None:
            _take_effect(appointment)
        else:
            notify_users(
                security_admins_over(region),
                "accounts.appointment_waiting",
                key=f"appointment:{appointment.pk}:waiting",
                url=reverse("accounts:appointment", args=[appointment.public_id]),
                region_code=region.code,
                by=act.actor_name,
                person=person.name,
                post=appointment,
            )
        record_audit(
            act,
            action="accounts.official_appointed",
            target=appointment,
            region_code=region.code,
            after={"user": person.pk, "email": person.email, "role": role, "region": region.code},
        )
    return appointment


def confirm_appointment(appointment: Appointment, *, number: str, act: ActorContext) -> Appointment:
    """Put an appointment into force as a security administrator who read the person's ID number from their card.

    Raises PermissionDenied for anybody else, RefusedError for who appointed or is appointed, for another number than
    the one appointed under, and where the person may not hold the duty any more.
    """
    with transaction.atomic():
        locked = lock_appointment(appointment)
        check_administrator(locked.region, Role.SECURITY_ADMIN, act=act)
        if locked.revoked_at or locked.confirmed_at:
            raise RefusedError("该任职已经办理，请刷新页面查看。")
        person = User.objects.select_for_update().get(pk=locked.user_id)
        known = read_identity_number(number, act=act)
        if digest_of(person, known) != locked.identity_digest:
            raise RefusedError(
                "与任职时登记的证件号码不一致。请核对证件原件；登记有误的，请退回该任职。", field="number"
            )
        person.identity_digest = locked.identity_digest
        if same_person(person, act.user_id) or same_person(act.user, locked.appointed_by_id):
            raise RefusedError("任职须由任命人和本人以外的安全管理员确认。")
        check_duties(person, locked.role, locked.region, but=locked)
        locked.confirmed_at, locked.confirmed_by, locked.identity_number = act.at, act.user, known
        locked.save(update_fields=["confirmed_at", "confirmed_by", "identity_number"])
        _take_effect(locked)
        record_audit(
            act,
            action="accounts.official_confirmed",
            target=locked,
            region_code=locked.region_id,
            after={"user": locked.user_id, "role": locked.role, "region": locked.region_id},
        )
    return locked


def revoke_appointment(appointment: Appointment, *, act: ActorContext) -> None:
    """End an appointment; it stays on record with its end. Nobody ends their own.

    Raises PermissionDenied for anybody but a system administrator of the region (a security administrator sends
    back what waits for confirmation), RefusedError where it has ended.
    """
    with transaction.atomic():
        locked = lock_appointment(appointment)
        may_end = [Role.SYSTEM_ADMIN] if locked.confirmed_at else sorted(ADMINISTRATORS)
        check_administrator(locked.region, *may_end, act=act)
        if same_person(act.user, locked.user_id):
            raise RefusedError("不能免去自己的职责，请由另一位系统管理员办理。")
        if locked.revoked_at:
            raise RefusedError("该任职已经结束。")
        locked.revoked_at = act.at
        locked.revoked_by = act.user
        locked.save(update_fields=["revoked_at", "revoked_by"])
        if locked.confirmed_at:
            whom, kind = locked.user, "accounts.appointment_ended"
        else:
            whom, kind = locked.appointed_by or locked.user, "accounts.appointment_returned"
        notify_users(
            [whom],
            kind,
            key=f"appointment:{locked.pk}:ended",
            region_code=locked.region_id,
            person=locked.user.name,
            post=locked,
        )
        record_audit(
            act,
            action="accounts.official_revoked",
            target=locked,
            region_code=locked.region_id,
            before={"user": locked.user_id, "role": locked.role, "region": locked.region_id},
            after={"revoked_at": act.at},
        )


def end_over(appointments: QuerySet[Appointment], *, act: ActorContext) -> None:
    """End those whose last day is past; they have given no rights since."""
    over = appointments.filter(revoked_at=None, ends_on__lt=timezone.localdate(act.at))
    for one in over.select_related("user", "region__parent").order_by("pk"):
        with transaction.atomic():
            if Appointment.objects.filter(pk=one.pk, revoked_at=None).update(revoked_at=act.at):
                record_contents([one])
                notify_users(
                    [one.user],
                    "accounts.appointment_over",
                    key=f"appointment:{one.pk}:ended",
                    post=one,
                    due=f"{one.ends_on:%Y-%m-%d}",
                )
                record_audit(
                    ActorContext(user=None, at=act.at),
                    action="accounts.official_revoked",
                    target=one,
                    region_code=one.region_id,
                    before={"user": one.user_id, "role": one.role, "region": one.region_id},
                    after={"revoked_at": act.at},
                )


def set_staff_number(user: User, *, number: str, act: ActorContext) -> User:
    """Enter or correct an official's number in the office's register, as a system administrator of where they serve.

    Raises PermissionDenied for anybody else, RefusedError for oneself, for a number that cannot be one, and for another
    person's number.
    """
    text = compact(number).upper()
    if not _STAFF_NUMBER.fullmatch(text):
        raise RefusedError("工号应为 2 至 20 位字母、数字或短横线，请照人事登记填写。", field="staff_number")
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        held = person.appointments.filter(revoked_at=None).select_related("region")
        if not any(act.user is None or covers_now(act.user, one.region_id, Role.SYSTEM_ADMIN) for one in held):
            raise PermissionDenied("您不是其任职地区的系统管理员。")
        if same_person(act.user, person.pk):
            raise RefusedError("不能登记自己的工号，请由另一位系统管理员办理。", field="staff_number")
        if person.staff_number == text:
            return person
        before, person.staff_number = person.staff_number, text
        try:
            with transaction.atomic():
                person.save(update_fields=["staff_number"])
        except IntegrityError as error:
            raise RefusedError(f"工号 {text} 已登记在他人名下，请核对。", field="staff_number") from error
        record_audit(
            act,
            action="accounts.staff_number_set",
            target=person,
            region_code=held[0].region_id,
            before={"staff_number": before or ""},
            after={"staff_number": text},
        )
    return person


def lock_appointment(appointment: Appointment) -> Appointment:
    """The appointment under its row's lock."""
    found = Appointment.objects.select_for_update(of=("self",))
    return found.select_related("user", "appointed_by", "region__parent").get(pk=appointment.pk)


def read_identity_number(number: str, *, act: ActorContext) -> str:
    """An ID number in its normal form. Raises RefusedError for what cannot be one."""
    try:
        return read_resident_id(number, today=timezone.localdate(act.at))
    except IdentifierError as error:
        raise RefusedError(str(error), field="number") from error


def digest_of(person: User, number: str) -> str:
    """The digest of an ID number, the very one that another account of the same holder already has."""
    digest = known_digest(number)
    if person.identity_digest not in ("", digest):
        raise RefusedError("此人已用另一证件号码核验过身份，请核对证件原件。", field="number")
    return digest


def check_duties(person: User, role: str, region: Region, *, but: Appointment | None = None) -> None:
    """Raise RefusedError where this person, under all their accounts, may not take the role."""
    if not person.is_active:
        raise RefusedError("该账号已停用，不能任职。")
    if person.memberships.exists():
        raise RefusedError("此人是申报单位成员。公职人员不得代表申报单位，请先退出单位，或使用另一账号任职。")
    theirs = Appointment.objects.filter(revoked_at=None)
    if but is not None:
        theirs = theirs.exclude(pk=but.pk)
    digest = person.identity_digest
    same = theirs.filter(user__in=person.account_ids) | (
        theirs.filter(identity_digest=digest) if digest else theirs.none()
    )
    held = list(same.values_list("role", "region_id"))
    if problem := appointment_problem(role, region_code=region.code, region_level=region.level, held=held):
        raise RefusedError(problem, field="role")


def _take_effect(appointment: Appointment) -> None:
    """Keep who the person is with their account, and notify them."""
    User.objects.filter(pk=appointment.user_id).update(identity_digest=appointment.identity_digest)
    notify_users(
        [appointment.user],
        "accounts.appointed",
        key=f"appointment:{appointment.pk}:made",
        url="/",
        region_code=appointment.region_id,
        post=appointment,
    )


def check_administrator(region: Region, *roles: Role, act: ActorContext) -> None:
    """Raise PermissionDenied unless who acts has one of the roles over the region now; the operator has all."""
    if act.user is None:
        return
    # Asked anew, not from the request's cache: an administrator revoked a moment ago appoints nobody.
    if not covers_now(act.user, region.pk, *roles):
        raise PermissionDenied(f"您不是该地区的{'或'.join(role.label for role in roles)}员。")
