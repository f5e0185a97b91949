"""Who of the pool may sit in a panel, and who is barred from it and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from portal.accounts.models import Applicant, Appointment, Membership
from portal.experts.models import Expert
from portal.recusal.models import Recusal
from review.panels.drawing import Candidate
from review.panels.models import Panel


def pool_of(panel: Panel, *, on: date) -> list[Candidate]:
    """The pool of the panel's city as it is on a day, in the order of keys; five queries.

    Barred are whoever does not serve, holds an office, sat in this panel already, and whoever works or worked for one
    of the applicants, acts for one or is recused from it.
    """
    city = panel.region.city or panel.region
    experts = list(Expert.objects.filter(region=city).select_related("user").order_by("key"))
    applicants = list(Applicant.objects.filter(claims__panel_entries__panel=panel).distinct().order_by("pk"))
    people = [expert.user_id for expert in experts]
    tied: dict[int, set[int]] = defaultdict(set)
    for user, applicant in Membership.objects.filter(user__in=people, applicant__in=applicants).values_list(
        "user_id", "applicant_id"
    ):
        tied[user].add(applicant)
    recused = Recusal.objects.in_force(on).filter(user__in=people, applicant__in=applicants)
    for user, applicant in recused.values_list("user_id", "applicant_id"):
        tied[user].add(applicant)
    in_office = set(Appointment.objects.in_force().filter(user__in=people).values_list("user_id", flat=True))
    sat = set(panel.seats.values_list("expert_id", flat=True))

    def barred(expert: Expert) -> str:
        if expert.pk in sat:
            return "已是或曾是本次评审的专家"
        if not expert.is_serving(on) or not expert.user.is_active:
            return "不在聘期内"
        if expert.user_id in in_office:
            return "担任公职"
        ties = (_tie(expert, applicant, tied[expert.user_id]) for applicant in applicants)
        return next(filter(None, ties), "")

    return [Candidate(str(one.key), one.user.name, one.employer, tuple(one.fields), barred(one)) for one in experts]


def _tie(expert: Expert, applicant: Applicant, tied: Collection[int]) -> str:
    """What binds an expert to an applicant, in words; "" for nothing."""
    if expert.employer == applicant.name or (expert.employer_uscc and expert.employer_uscc == applicant.uscc):
        return f"在申报单位“{applicant.name}”任职"
    if applicant.name in expert.dealings or expert.user.name == applicant.name:
        return f"与申报单位“{applicant.name}”有过往来"
    return f"应当回避申报单位“{applicant.name}”" if applicant.pk in tied else ""
