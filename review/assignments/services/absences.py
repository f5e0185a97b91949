"""Enter an absence with who stands in, and end it early."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.persons import same_person
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.notifications.services import notify_users
from review.assignments.models import Absence
from review.assignments.selectors.load import officers_supervised

LONGEST_DAYS = 366


def enter_absence(
    user: User, *, deputy: User | None, starts_on: date, ends_on: date, note: str = "", act: ActorContext
) -> Absence:
    """Enter that an official is away, both days included, and who stands in for them: themself, or a supervisor does.

    The deputy holds one of the same duties in the same region, as the security administrator confirmed it; an act for
    the absent one is refused wherever either of the two may not act. Raises RefusedError for a deputy who holds none of
    the duties, is away too or has no deputy's rights, and for days that are wrong or overlap; PermissionDenied for
    whoever is neither.
    """
    _check_days(starts_on, ends_on, act)
    with transaction.atomic():
        absent = User.objects.select_for_update().get(pk=user.pk)
        if act.user is None or not (same_person(act.user, absent.pk) or absent in officers_supervised(act.user)):
            raise PermissionDenied("只能由本人或其负责人登记外出。")
        overlapping = Absence.objects.filter(ended_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on)
        if overlapping.filter(user=absent).exists():
            raise RefusedError("该时间内已登记外出，请先结束原登记。", field="starts_on")
        if deputy is not None:
            if problem := deputy_problem(absent, deputy):
                raise RefusedError(problem, field="deputy")
            if overlapping.filter(user__in=deputy.account_ids).exists():
                raise RefusedError(f"{deputy.name}在该时间内也登记了外出，请另选人员。", field="deputy")
        made = Absence.objects.create(
            user=absent,
            deputy=deputy,
            starts_on=starts_on,
            ends_on=ends_on,
            note=note.strip(),
            named_by=act.user,
            named_at=act.at,
        )
        notify_users(
            [one for one in (absent, deputy) if one is not None],
            "assignments.absent",
            key=f"absence:{made.pk}",
            url=reverse("assignments:absences"),
            person=absent.name,
            deputy=deputy.name if deputy else "",
            starts=f"{starts_on:%Y-%m-%d}",
            due=f"{ends_on:%Y-%m-%d}",
        )
        record_audit(
            act,
            action="assignments.absent",
            target=made,
            after={
                "user": absent.pk,
                "deputy": deputy.pk if deputy else None,
                "starts_on": starts_on,
                "ends_on": ends_on,
            },
        )
    return made


def end_absence(absence: Absence, *, act: ActorContext) -> Absence:
    """End an absence early: the absent person, or a supervisor. Raises RefusedError where it has ended."""
    with transaction.atomic():
        locked = Absence.objects.select_for_update(of=("self",)).select_related("user", "deputy").get(pk=absence.pk)
        if not (same_person(act.user, locked.user_id) or (act.user and locked.user in officers_supervised(act.user))):
            raise PermissionDenied("只能由本人或其负责人结束。")
        if locked.ended_at or locked.ends_on < timezone.localdate(act.at):
            raise RefusedError("该外出登记已经结束。")
        locked.ended_at, locked.ended_by = act.at, act.user
        locked.save(update_fields=["ended_at", "ended_by"])
        notify_users(
            [one for one in (locked.user, locked.deputy) if one is not None],
            "assignments.returned",
            key=f"absence:{locked.pk}:ended",
            person=locked.user.name,
        )
        record_audit(act, action="assignments.returned", target=locked, after={"user": locked.user_id})
    return locked


def deputy_problem(absent: User, deputy: User) -> str:
    """Why somebody may not stand in for an official; "" where they hold one of the same duties in the same region."""
    if same_person(deputy, absent.pk):
        return "代办人不能是本人，请另选人员。"
    held = Appointment.objects.in_force().filter(user__in=[absent.pk, deputy.pk], user__is_active=True)
    duties: dict[int, set[tuple[str, str]]] = {absent.pk: set(), deputy.pk: set()}
    for user_id, role, region in held.values_list("user_id", "role", "region_id"):
        duties[user_id].add((role, region))
    if duties[absent.pk] & duties[deputy.pk]:
        return ""
    return (
        f"{deputy.name}没有与{absent.name}相同地区的相同职责，不能代办。请另选人员，或请系统管理员先任命有期限的职责，"
        "经安全管理员确认后再登记。"
    )


def _check_days(starts_on: date, ends_on: date, act: ActorContext) -> None:
    if ends_on < starts_on:
        raise RefusedError("结束日期不能早于开始日期。", field="ends_on")
    if ends_on < timezone.localdate(act.at):
        raise RefusedError("结束日期不能早于今天。", field="ends_on")
    if (ends_on - starts_on).days >= LONGEST_DAYS:
        raise RefusedError("一次外出最长登记一年。", field="ends_on")
