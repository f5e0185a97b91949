"""Officials appointed before ID numbers were asked state theirs, and a security administrator confirms it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from portal.accounts.enums import Role
from portal.accounts.models import Appointment, User
from portal.accounts.persons import same_person
from portal.accounts.selectors import security_admins_over
from portal.accounts.services.officials import (
    check_administrator,
    check_duties,
    digest_of,
    lock_appointment,
    read_identity_number,
)
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.notifications.services import notify_users


def state_number(user: User, *, number: str, act: ActorContext) -> None:
    """Keep the ID number that an official states of themself with their appointments, until it is confirmed.

    May be stated again until then. Raises PermissionDenied for who holds no office, RefusedError for a number that
    cannot be one and where it is known already who the person is.
    """
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        held = list(person.appointments.in_force().select_related("region"))
        if not held:
            raise PermissionDenied("只有公职人员需要登记证件号码。")
        if person.identity_digest:
            raise RefusedError("您的证件号码已经核验，不能再改。登记有误的，请联系安全管理员。", field="number")
        known = read_identity_number(number, act=act)
        person.appointments.in_force().update(identity_number=known)
        record_contents(held)
        for appointment in held:
            notify_users(
                security_admins_over(appointment.region),
                "accounts.identity_waiting",
                key=f"appointment:{appointment.pk}:identity:{act.at.isoformat()}",
                url=reverse("accounts:appointment", args=[appointment.public_id]),
                region_code=appointment.region_id,
                person=person.name,
                post=appointment,
            )
        record_audit(act, action="accounts.identity_stated", target=person, region_code=held[0].region_id)


def confirm_number(appointment: Appointment, *, number: str, act: ActorContext) -> None:
    """Make it known who an official is, as a security administrator who read the number from their card.

    Raises PermissionDenied for anybody else, RefusedError for oneself, for another number than the one stated, where
    none waits, and where the person, under all their accounts, holds duties that exclude each other.
    """
    with transaction.atomic():
        locked = lock_appointment(appointment)
        check_administrator(locked.region, Role.SECURITY_ADMIN, act=act)
        person = User.objects.select_for_update().get(pk=locked.user_id)
        if not awaits_identity(locked, person):
            raise RefusedError("没有待核验的证件号码，请刷新页面查看。")
        known = read_identity_number(number, act=act)
        if known != locked.identity_number:
            raise RefusedError(
                "与本人登记的证件号码不一致。请核对证件原件；登记有误的，请本人重新登记。", field="number"
            )
        person.identity_digest = digest_of(person, known)
        if same_person(person, act.user_id):
            raise RefusedError("证件号码须由本人以外的安全管理员核验。")
        for held in person.appointments.in_force().select_related("region__parent"):
            check_duties(person, held.role, held.region, but=held)
        person.save(update_fields=["identity_digest"])
        person.appointments.in_force().update(identity_digest=person.identity_digest, identity_number=known)
        key, region = f"identity:{person.pk}", locked.region_id
        notify_users([person], "accounts.identity_confirmed", key=key, region_code=region)
        record_audit(act, action="accounts.identity_confirmed", target=person, region_code=locked.region_id)


def awaits_identity(appointment: Appointment, person: User) -> bool:
    """Whether an appointment in force, of a person not known yet, has a number that they stated."""
    in_force = appointment.confirmed_at is not None and appointment.revoked_at is None
    return in_force and bool(appointment.identity_number) and not person.identity_digest
