"""What notices add to a copy of somebody's data."""

from collections.abc import Iterable
from typing import Any

from portal.accounts.models import User
from portal.privacy.extension import OwnData, OwnFile, described
from review.notices.selectors import own_notices, printed_file


def _notices(user: User) -> Iterable[dict[str, Any]]:
    return (described(notice, "number", "kind", "issued_on") for notice in own_notices(user))


def _files(user: User) -> Iterable[OwnFile]:
    for notice in own_notices(user):
        if file := printed_file(notice):
            yield OwnFile(*file, f"通知书/{notice.number}.pdf")


OWN_NOTICES = OwnData("通知书", _notices, _files)
