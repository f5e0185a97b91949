"""Read recusals, and who supervises the officials of a region."""

from datetime import date

from portal.accounts.models import Appointment, User
from portal.recusal.enums import SUPERVISORS
from portal.recusal.models import Recusal


def supervisors_over(region_code: str, *, but: User) -> list[User]:
    """Who reads and lifts recusals in a district: its second officers, and the supervisors of its city."""
    held = Appointment.objects.in_force().filter(
        role__in=SUPERVISORS, region_id__in=[region_code, f"{region_code[:4]}00"]
    )
    people = User.objects.filter(pk__in=held.values("user_id"), is_active=True)
    return list(people.exclude(pk__in=but.account_ids).order_by("pk"))


def is_recused(user: User, applicant_id: int, *, on: date) -> bool:
    """Whether the person, under any account, is recused from an applicant now; asked of the database anew."""
    found = Recusal.objects.in_force(on)
    return found.filter(applicant_id=applicant_id, user__in=user.account_ids).exists()
