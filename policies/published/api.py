"""The interface's catalogue and calculator. Public: what the rules give is no secret."""

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, NoReturn

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Path, Query, Router, Schema

from policies.engine import Catalogue, QuestionError, assess, describe
from policies.published import selectors
from policies.published.models import PolicyDocument, SupportItem
from portal.api.contract import Problem
from portal.core.text import visible_values

router = Router(tags=["政策"])
MAX_QUESTIONS = 100
Code = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,60}$")]
NarrowingCode = Annotated[str, Query(pattern=r"^[a-z0-9-]{0,60}$")]


class DocumentOut(Schema):
    """One policy document; `effective_to` is the first day it no longer holds."""

    code: str
    number: str
    title: str
    issuer: str
    region: str | None
    status: str
    issued_on: date | None
    effective_from: date | None
    effective_to: date | None

    @staticmethod
    def resolve_region(document: PolicyDocument) -> str | None:
        return document.region_id


class ItemFields(Schema):
    """What lists and the item itself say of a support item or target."""

    code: str
    document: str
    article: str
    title: str
    summary: str
    kind: str
    claimable: bool


class ItemOut(ItemFields):
    """One support item or target of a document."""

    @staticmethod
    def resolve_document(item: SupportItem) -> str:
        return item.document.code


class ItemDetail(ItemFields):
    """An item with the version of its rules that pages show, and the JSON Schema of its question."""

    version: int
    hash: str
    valid_from: date | None
    valid_to: date | None
    question: dict[str, Any]


class Answer(Schema):
    """The engine's answer; sums are decimal strings of yuan with two places, or null."""

    item: str
    version: str
    hash: str
    outcome: str
    amount: str | None
    city: str | None
    district: str | None
    result: str | None
    assumed: list[str]
    missing: list[str]
    reasons: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    limits: list[dict[str, Any]]


@router.get("/documents", response=list[DocumentOut], summary="政策文件列表")
def list_documents(request: HttpRequest) -> QuerySet[PolicyDocument]:
    """All policy documents, drafts among them."""
    return PolicyDocument.objects.all()


@router.get("/items", response={200: list[ItemOut], 422: Problem}, summary="事项列表")
def list_items(request: HttpRequest, document: NarrowingCode = "") -> QuerySet[SupportItem]:
    """All items, or those of one document by its code."""
    items = SupportItem.objects.select_related("document").order_by("document__code", "position")
    return items.filter(document__code=document) if document else items


@router.get(
    "/items/{code}", response={200: ItemDetail, 404: Problem, 422: Problem}, summary="一个事项及其测算问题的格式"
)
def get_item(request: HttpRequest, code: Code) -> dict[str, Any]:
    """An item with the facts, evidence, conditions, limits and settings of its version in force, or else its latest."""
    item = get_object_or_404(SupportItem.objects.select_related("document"), code=code)
    version = selectors.shown_version(item, on=timezone.localdate())
    if version is None:
        raise Http404
    return {
        **ItemOut.from_orm(item).model_dump(),
        "version": version.number,
        "hash": version.hash,
        "valid_from": version.valid_from,
        "valid_to": version.valid_to,
        "question": describe(selectors.compiled_item(version)),
    }


_QUESTION = {"type": "object", "description": "与 manage.py assess 的一行相同；各事项的格式见 /items/{code}"}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"oneOf": [_QUESTION, {"type": "array", "items": _QUESTION, "maxItems": MAX_QUESTIONS}]}
            }
        },
    }
}


@router.post(
    "/assess",
    response={200: Answer | list[Answer | Problem], 413: Problem, 422: Problem},
    openapi_extra=_BODY,
    summary="测算一个问题，或一次至多 100 个",
)
def assess_questions(request: HttpRequest) -> HttpResponse:
    """Answer one question, or a list of up to 100, each by itself: an error in a list stands in its question's place.

    Nothing is stored. A question that cannot be read is answered 422 with the field's name.
    """
    try:
        # Sums are never read as binary fractions.
        asked = visible_values(json.loads(request.body, parse_float=Decimal, parse_constant=_refuse_constant))
    except (ValueError, RecursionError):
        return _written({"error": "请求内容不是合法的 JSON。", "field": "question"}, status=422)
    catalogue = selectors.published_catalogue()
    if not isinstance(asked, list):
        answer, answered = _answered(catalogue, asked)
        return _written(answer, status=200 if answered else 422)
    if len(asked) > MAX_QUESTIONS:
        return _written({"error": f"一次至多 {MAX_QUESTIONS} 个问题，请分批提交。", "field": "question"}, status=422)
    return _written([_answered(catalogue, question)[0] for question in asked], status=200)


def _answered(catalogue: Catalogue, question: Any) -> tuple[dict[str, Any], bool]:
    """The answer to one question or its error, and whether it is an answer; the caller's `id` comes back."""
    asked_as = question.get("id") if isinstance(question, dict) else None
    reference = {"id": asked_as} if isinstance(asked_as, str | int) else {}
    try:
        return {**reference, **assess(catalogue, question).as_dict()}, True
    except QuestionError as error:
        return {**reference, "error": str(error), "field": error.field}, False


def _written(answer: dict[str, Any] | list[dict[str, Any]], *, status: int) -> HttpResponse:
    return JsonResponse(answer, safe=False, status=status)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
