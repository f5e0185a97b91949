"""What the register adds to a copy of somebody's data, and to closing an account."""

from collections.abc import Iterable
from typing import Any

from applications.rights.models import Right
from portal.accounts.models import Applicant, User
from portal.core.actor import ActorContext
from portal.privacy.extension import Closing, OwnData, described


def _rights(user: User) -> Iterable[dict[str, Any]]:
    for right in Right.objects.visible_to(user).filter(recorded_by=user).select_related("applicant"):
        yield {"申报主体": right.applicant.name} | described(right, "kind", "facts", "recorded_at", "removed_at")


def _delete_rights(applicant: Applicant, _act: ActorContext) -> None:
    Right.objects.filter(applicant=applicant).delete()


OWN_RIGHTS = OwnData("知识产权台账", _rights)
CLOSING = Closing(release=_delete_rights)
