"""Read recusals, and who supervises the officials of a region."""

from datetime import date

from portal.accounts.models import Appointment, User
from portal.core.statements import A_DAY, A_KEY, Lookup
from portal.recusal.enums import SUPERVISORS
from portal.recusal.models import Recusal


def supervisors_over(region_code: str, *, but: User) -> list[User]:
    """Who reads and lifts recusals in a district: its second officers, and the supervisors of its city."""
    held = Appointment.objects.in_force().filter(
        role__in=SUPERVISORS, region_id__in=[region_code, f"{region_code[:4]}00"]
    )
    people = User.objects.filter(pk__in=held.values("user_id"), is_active=True)
    return list(people.exclude(pk__in=but.account_ids).order_by("pk"))


_recused = Lookup(
    lambda applicant, on: Recusal.objects.in_force(on).filter(applicant_id=applicant).values_list("user_id", flat=True),
    *(A_KEY, A_DAY),
)


def is_recused(user: User, applicant_id: int, *, on: date) -> bool:
    """Whether the person, under any account, is recused from an applicant now; asked of the database anew."""
    return not user.account_ids.isdisjoint(_recused(applicant_id, on))
