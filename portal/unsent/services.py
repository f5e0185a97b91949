"""Keep what came too late for its own person, and give it back."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from portal.accounts.models import User
from portal.core.filters import CARRIED
from portal.unsent.marks import KEPT_FOR, PageMark
from portal.unsent.models import UnsentForm

MOST_BYTES = 256 * 1024
MOST_FORMS = 20
# What the sign-in package asks for (passwords, codes) is never kept.
_NEVER_KEPT = "/account/"
# The field by which a form that is sent again names the kept one.
FIELD_OF_KEPT = "unsent-form"


@dataclass(frozen=True, slots=True)
class Content:
    """A form's fields in their order, and the names of the files that came along and were not kept."""

    fields: list[tuple[str, str]]
    files: list[str]


def content_of(request: HttpRequest) -> Content:
    """What a posted form says; nothing for the pages of signing in."""
    if request.path.startswith(_NEVER_KEPT):
        return Content([], [])
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in CARRIED and "password" not in name
    ]
    return Content(fields, [file.name or "" for _, files in request.FILES.lists() for file in files])


def keep(mark: PageMark | None, *, address: str, content: Content, at: datetime) -> UnsentForm | None:
    """Keep a form for the person for whom its page was made; the later of two of one address.

    None where nobody is known to own it, there is nothing to keep, or it is too large.
    """
    if mark is None or mark.owner is None or not content.fields or len(address) > 500:
        return None
    kept = [content.fields, content.files]
    if len(json.dumps(kept, ensure_ascii=False).encode()) > MOST_BYTES:
        return None
    own = UnsentForm.objects.filter(owner_id=mark.owner)
    UnsentForm.objects.filter(kept_at__lt=at - KEPT_FOR).delete()
    others = own.exclude(address=address).values_list("pk", flat=True)
    own.filter(pk__in=list(others[MOST_FORMS - 1 :])).delete()
    values = {"page": mark.page, "content": kept, "kept_at": at}
    return UnsentForm.objects.update_or_create(owner_id=mark.owner, address=address, defaults=values)[0]


def read(form: UnsentForm) -> Content:
    """What a kept form says."""
    fields, files = form.content
    return Content([(name, value) for name, value in fields], files)


def let_go(user: User, key: str) -> None:
    """Forget a kept form of this person that was sent after all; a key that is none counts for nothing."""
    try:
        UnsentForm.objects.filter(owner=user, key=uuid.UUID(key)).delete()
    except ValueError:
        return
