"""Whether a notice is genuine, for programs. Public, and as free of personal data as the page."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Path, Router, Schema

from portal.api.contract import Problem
from review.notices import selectors

router = Router(tags=["通知书"])
NoticeCode = Annotated[str, Path(pattern=r"^[0-9A-Za-z -]{1,40}$")]


class NoticeOut(Schema):
    """What was issued under a code; `recognised` is the title, empty where there is none.

    `state`: pending, ready or void, and `replaced_by` the number of the notice in a void one's place, if any.
    `file_state`: intact, pending, changed or missing; `sha256` is the file's.
    """

    number: str
    kind: str
    region: str
    issued_on: date
    amount: Decimal | None
    recognised: str
    state: str
    replaced_by: str
    file_state: str
    sha256: str


@router.get("/notices/{code}", response={200: NoticeOut, 404: Problem, 422: Problem}, summary="核验一份通知书")
def verify_notice(request: HttpRequest, code: NoticeCode) -> dict[str, Any]:
    """The notice of a verification code; spaces, hyphens and case do not count."""
    notice = selectors.find_by_code(code)
    if notice is None:
        raise Http404
    return {
        "number": notice.number,
        "kind": notice.kind,
        "region": notice.region_id,
        "issued_on": notice.issued_on,
        "amount": notice.amount,
        "recognised": notice.snapshot.get("recognised", ""),
        "state": notice.state.value,
        "replaced_by": selectors.successor_number(notice),
        "file_state": selectors.file_state(notice).value,
        "sha256": notice.sha256,
    }
