"""What steps of matters add to a copy of somebody's data."""

from collections.abc import Iterable
from typing import Any

from portal.accounts.models import User
from portal.privacy.extension import OwnData, OwnFile
from review.followup.models import FollowUpEvent, FollowUpFile


def _steps(user: User) -> Iterable[dict[str, Any]]:
    for event in FollowUpEvent.objects.filter(actor=user).select_related("followup__claim").order_by("pk"):
        matter = event.followup
        yield {
            "申报编号": matter.claim.number,
            "后续事项": matter.title,
            "操作": event.get_action_display(),
            "时间": event.at,
            "内容": event.words,
        }


def _files(user: User) -> Iterable[OwnFile]:
    rows = FollowUpFile.objects.filter(event__actor=user).select_related("event__followup__claim")
    for file in rows.order_by("pk"):
        number = file.event.followup.claim.number
        yield OwnFile(file.path, file.sha256, f"后续事项/{number}/{file.pk}-{file.filename.replace('/', '_')}")


OWN_STEPS = OwnData("后续事项", _steps, _files)
