"""Rows of what officers write down beside claims."""

from django.utils import timezone

from applications.claims.enums import ClaimStatus
from review.checklists.models import ChecklistAnswer, ChecklistPoint
from review.notes.models import ClaimNote, Reach
from tests.factories import ClaimFactory, make_official, wuxi


def _note():
    author = make_official("city_officer", wuxi())
    return ClaimNote.objects.create(
        claim=ClaimFactory(status=ClaimStatus.CITY_REVIEW),
        text="请看票据",
        reach=Reach.EVERYBODY,
        author=author,
        author_name=author.name,
        role="city_officer",
        region=wuxi(),
        at=timezone.now(),
    )


def checklist_point():
    administrator = make_official("policy_admin", wuxi())
    return ChecklistPoint.objects.create(
        region=wuxi(), stage="city", text="票据一致", added_by=administrator, added_at=timezone.now()
    )


def _answer():
    officer = make_official("city_officer", wuxi())
    return ChecklistAnswer.objects.create(
        claim=ClaimFactory(status=ClaimStatus.CITY_REVIEW),
        point=checklist_point(),
        round=1,
        is_met=True,
        officer=officer,
        officer_name=officer.name,
        at=timezone.now(),
    )


DESK_ROWS = {
    "notes.claimnote": (_note, {"text": "改写"}),
    "checklists.checklistanswer": (_answer, {"remark": "改写"}),
}
