"""Which officers may have which claims, and how much each has: read for many claims at once."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Count, Q

from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import Appointment, User
from portal.core import clock
from portal.recusal.models import Recusal
from review.assignments.enums import Way
from review.assignments.models import Absence, Assignment
from review.assignments.selectors.desks import place_of

# (claim, account, state of the claim) of whoever concluded anything on claims, themself or through a deputy.
Concluded = tuple[int, int, str]
# Who concluded what on claims of these keys: the app that keeps conclusions says so.
CONCLUDED: list[Callable[[Sequence[int]], Iterable[Concluded]]] = []


@dataclass(frozen=True, slots=True)
class Member:
    """An officer among whom is chosen; the weight is the share of claims they can bear."""

    user: User
    weight: int = 1


class Candidates:
    """The officers for some claims, with what stands against each: a handful of queries, however many claims."""

    def __init__(self, claims: Sequence[Claim], *, on: date | None = None) -> None:
        self.on = on or clock.today()
        self.officers = _officers({place for claim in claims if (place := place_of(claim))})
        people = {user.pk: user for users in self.officers.values() for user in users}
        self._persons = {pk: user.identity_digest or f"#{pk}" for pk, user in people.items()}
        self.absences = {
            one.user_id: one for one in Absence.objects.on(self.on).filter(user__in=people).select_related("deputy")
        }
        counted = Assignment.objects.open().filter(officer__in=people).values_list("officer_id").annotate(Count("pk"))
        self.load: Counter[int] = Counter(dict(counted))
        recused = Recusal.objects.in_force(self.on).filter(applicant__in={claim.applicant_id for claim in claims})
        self._recused = {
            (applicant, digest or f"#{pk}")
            for applicant, pk, digest in recused.values_list("applicant_id", "user_id", "user__identity_digest")
        }
        self._members = {
            (applicant, digest or f"#{pk}")
            for applicant, pk, digest in User.objects.filter(
                memberships__applicant__in={claim.applicant_id for claim in claims}
            ).values_list("memberships__applicant_id", "pk", "identity_digest")
        }
        self._concluded = self._read_concluded([claim.pk for claim in claims])

    def problem(self, user: User, claim: Claim) -> str:
        """Why an officer may not have a claim, in words; "" where they may."""
        place = place_of(claim)
        if place is None or user.pk not in {one.pk for one in self.officers.get(place, ())}:
            return f"{user.name}没有办理该环节的职责"
        person = self._persons[user.pk]
        if (claim.applicant_id, person) in self._recused | self._members:
            return f"{user.name}应当回避该申报单位"
        stages = self._concluded.get((claim.pk, person), set())
        if stages - {claim.status}:
            return f"{user.name}办理过该申报的其他环节"
        return f"{user.name}外出" if user.pk in self.absences else ""

    def of(self, claim: Claim) -> list[User]:
        """Who may have a claim now, in the order of their accounts."""
        place = place_of(claim)
        return [user for user in self.officers.get(place, ()) if not self.problem(user, claim)] if place else []

    def choose(
        self, claim: Claim, *, way: str, members: Sequence[Member] = (), last: int | None = None
    ) -> tuple[User | None, str]:
        """Whom a way gives a claim, or None with the reason; counts it to their load.

        `members` narrows the officers, none given means all. `last` is whom the turn reached before.
        """
        place = place_of(claim)
        among = list(members) or [Member(user) for user in (self.officers.get(place, ()) if place else ())]
        problems = [(member, self.problem(member.user, claim)) for member in among]
        free = [member for member, problem in problems if not problem]
        if not free:
            words = "；".join(problem for _, problem in problems) or "该环节没有在岗人员"
            return None, f"没有可以承办的人员：{words}"[:200]
        if way == Way.LEAST_LOAD:
            chosen = min(free, key=lambda one: (Fraction(self.load[one.user.pk], one.weight), one.user.pk))
        elif way == Way.ROUND_ROBIN:
            turns = [member.user.pk for member in among]
            start = turns.index(last) + 1 if last in turns else 0
            order = turns[start:] + turns[:start]
            chosen = min(free, key=lambda one: order.index(one.user.pk))
        else:
            chosen = free[0]
        self.load[chosen.user.pk] += 1
        return chosen.user, ""

    def _read_concluded(self, claim_ids: Sequence[int]) -> dict[tuple[int, str], set[str]]:
        rows = [row for read in CONCLUDED for row in read(claim_ids)]
        people = User.objects.filter(pk__in={account for _, account, _ in rows})
        digests = dict(people.values_list("pk", "identity_digest"))
        found: dict[tuple[int, str], set[str]] = {}
        for claim_id, account, status in rows:
            found.setdefault((claim_id, digests.get(account) or f"#{account}"), set()).add(status)
        return found


def _officers(places: Iterable[tuple[Role, str]]) -> dict[tuple[Role, str], list[User]]:
    """The officers of each duty and region."""
    wanted = Q(pk__in=[])
    for role, region in places:
        wanted |= Q(role=role, region_id=region)
    held = Appointment.objects.in_force().filter(wanted, user__is_active=True).select_related("user")
    found: dict[tuple[Role, str], list[User]] = {}
    for one in held.order_by("user_id"):
        found.setdefault((Role(one.role), one.region_id), []).append(one.user)
    return found
