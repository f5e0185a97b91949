"""Where claims stand, for programs of those who may see them: an applicant's own, or an official's region's."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from applications.claims.models import Claim
from portal.api.auth import caller, token_of
from portal.api.contract import Problem

router = Router(tags=["申报"], auth=token_of)
PAGE_SIZE = 50
Cursor = Annotated[int, Query(ge=1, le=2**63 - 1)]


class ClaimOut(Schema):
    """Where one claim stands; sums are decimal strings of yuan, null until they are known."""

    key: UUID
    number: str | None
    item: str
    applicant: str
    region: str
    status: str
    status_text: str
    status_since: datetime
    submitted_at: datetime | None
    correction_due_on: date | None
    claimed_amount: Decimal | None
    approved_amount: Decimal | None

    @staticmethod
    def resolve_item(claim: Claim) -> str:
        return claim.item.code

    @staticmethod
    def resolve_applicant(claim: Claim) -> str:
        return claim.applicant.name

    @staticmethod
    def resolve_region(claim: Claim) -> str:
        return claim.region_id

    @staticmethod
    def resolve_status_text(claim: Claim) -> str:
        return claim.applicant_label


class ClaimPage(Schema):
    """Up to 50 claims, the newest first; `next` is the `before` of the page that follows, null on the last."""

    claims: list[ClaimOut]
    next: int | None


@router.get("/claims", response={200: ClaimPage, 401: Problem, 422: Problem}, summary="可见的申报，新的在前")
def list_claims(request: HttpRequest, before: Cursor = 2**63 - 1) -> dict[str, Any]:
    """The claims that the token's owner may see, page by page."""
    found = list(_visible(request).filter(pk__lt=before).order_by("-pk")[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    return {"claims": page, "next": page[-1].pk if len(found) > PAGE_SIZE else None}


@router.get(
    "/claims/{key}", response={200: ClaimOut, 401: Problem, 404: Problem, 422: Problem}, summary="一件申报的进度"
)
def get_claim(request: HttpRequest, key: UUID) -> Claim:
    """One claim by its key; what the token's owner may not see is not there."""
    return get_object_or_404(_visible(request), key=key)


def _visible(request: HttpRequest) -> QuerySet[Claim]:
    return Claim.objects.visible_to(caller(request)).select_related("item", "applicant")
