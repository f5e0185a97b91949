"""Rate a finished matter, and answer a bad rating."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.selectors import officers_of
from portal.audit.services import record_audit
from portal.core.errors import RefusedError
from portal.notifications.services import notify_applicant, notify_users
from portal.workdays.selectors import CalendarUnknownError, add_workdays
from review.decisions.models import Decision
from review.ratings.enums import BAD_LEVELS, Level, RatingState
from review.ratings.models import Rating
from review.ratings.selectors import RATABLE
from review.ratings.workflow import RATINGS

if TYPE_CHECKING:
    from datetime import date

    from portal.core.actor import ActorContext


def rate_claim(claim: Claim, *, level: int, text: str, act: ActorContext) -> Rating:
    """Rate a finished claim once, as one of its applicant's members; a bad rating says why and goes to the office.

    Raises RefusedError for a claim that is not finished or is rated already, and for a bad rating without words;
    PermissionDenied for who does not act for the applicant.
    """
    user = act.user
    if user is None or claim.applicant_id not in {m.applicant_id for m in user.active_memberships}:
        raise PermissionDenied("只有申报单位的成员可以评价。")
    is_bad = level in BAD_LEVELS
    if is_bad and not text.strip():
        raise RefusedError("请写明不满意之处，办理部门会逐条核实并回复您。", field="text")
    with transaction.atomic():
        locked = Claim.objects.select_for_update(of=("self",)).select_related("region", "city").get(pk=claim.pk)
        if locked.status not in RATABLE:
            raise RefusedError("该申报尚未办结，办结后可以评价。")
        if Rating.objects.filter(claim=locked).exists():
            raise RefusedError("该申报已经评价过，每件只评价一次。")
        rating = Rating.objects.create(
            claim=locked,
            applicant_id=locked.applicant_id,
            region=locked.deciding_region,
            level=level,
            text=text.strip(),
            given_by=user,
            given_at=act.at,
            state=RatingState.OPEN if is_bad else RatingState.RECEIVED,
            due_on=_due_on(timezone.localdate(act.at)) if is_bad else None,
        )
        if is_bad:
            _tell_office(rating)
        record_audit(
            act,
            action="ratings.rated",
            target=rating,
            region_code=rating.region_id,
            after={"claim": locked.number, "level": Level(level).label, "text": rating.text},
        )
    return rating


def answer_rating(rating: Rating, *, answer: str, act: ActorContext) -> Rating:
    """Answer a bad rating; the applicant is told. Who decided the claim does not answer for themselves.

    Raises RefusedError without words, where it is answered already, or to somebody who concluded on the claim;
    PermissionDenied for who does not answer in the region.
    """
    if not answer.strip():
        raise RefusedError("请写明核实情况和处理结果。", field="answer")
    with transaction.atomic():
        locked = Rating.objects.select_for_update(of=("self",)).select_related("claim").get(pk=rating.pk)
        user = act.user
        if user is None or not Rating.objects.answerable_by(user).filter(pk=locked.pk).exists():
            raise PermissionDenied("只有办理地区的复核、市级审核或审定人员可以回复。")
        if Decision.objects.filter(claim=locked.claim, officer__in=user.account_ids).exists():
            raise RefusedError("您办理过该申报，须由另一名人员核实并回复。")
        before, after = RATINGS.move(
            locked,
            RatingState.ANSWERED,
            changes={"answer": answer.strip(), "answered_by": user, "answered_at": act.at},
        )
        notify_applicant(
            locked.applicant_id,
            "ratings.answered",
            key=f"rating:{locked.pk}:answered",
            url=reverse("ratings:rating", args=[locked.key]),
            region_code=locked.region_id,
            number=locked.claim.number,
            rating_answer=locked.answer,
        )
        record_audit(
            act,
            action="ratings.answered",
            target=locked,
            region_code=locked.region_id,
            before={"state": before["state"]},
            after={"state": after["state"], "answer": locked.answer},
        )
    return locked


def _due_on(day: date) -> date | None:
    """The last day to answer a rating of this day; None where the calendar of the year is not known."""
    try:
        return add_workdays(day + timedelta(days=1), days=settings.RATING_ANSWER_WORKDAYS)
    except CalendarUnknownError:
        return None


def _tell_office(rating: Rating) -> None:
    region = rating.region
    roles = (Role.DISTRICT_SECOND,) if region.parent_id == rating.claim.city_id else (Role.CITY_OFFICER,)
    officers = [user for role in (*roles, Role.DECISION_MAKER) for user in officers_of(region.code, role=role)]
    notify_users(
        {user.pk: user for user in officers}.values(),
        "ratings.bad",
        key=f"rating:{rating.pk}",
        url=reverse("ratings:rating", args=[rating.key]),
        region_code=region.code,
        rating=rating.get_level_display(),
        rating_text=rating.text,
        number=rating.claim.number,
        due=rating.due_on or "规定期限",
    )
