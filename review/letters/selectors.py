"""A claim's letters with who read them, and whether more may be written."""

from django.db.models import Prefetch, QuerySet

from applications.claims.enums import ENDED
from applications.claims.models import Claim
from portal.accounts.models import User
from review.letters.models import Letter, LetterFile, Reading


def thread_of(claim: Claim) -> QuerySet[Letter]:
    """The letters of a claim with files and readings, the oldest first."""
    readings = Prefetch("readings", Reading.objects.select_related("user"))
    return Letter.objects.filter(claim=claim).prefetch_related("files", readings)


def files_open_to(user: User) -> QuerySet[LetterFile]:
    """The files of the letters that a person may read."""
    return LetterFile.objects.filter(letter__in=Letter.objects.visible_to(user))


def is_closed(claim: Claim) -> str:
    """Why nothing can be written on a claim, in words; "" where it can."""
    if not claim.submitted_at:
        return "申报提交后才能与主管部门互相写消息。"
    if claim.status in ENDED:
        return f"该申报已办结（{claim.get_status_display()}）并可归档，往来消息只能查看。需要咨询的，请拨打咨询电话。"
    return ""
