"""Worked cases: taken in with the package, answered anew or added by a draft, replaced when it is published."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from policies.drafting import yaml_codec
from policies.drafting.cases import answer_to, expected_from, item_of, package_cases, unread_text
from policies.drafting.models import CaseChange, PolicyDraft, WorkedCase
from policies.drafting.selectors.catalogue import draft_catalogue
from policies.drafting.services.drafts import author_of, lock_editable
from policies.engine import CatalogueError
from policies.published.enums import TextOrigin
from policies.published.models import DocumentText
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError

MAX_CASES = 2_000


@transaction.atomic
def load_package_cases(*, act: ActorContext) -> int:
    """Make the package's cases the current ones of its documents; how many were new.

    Cases of a document that was published in the browser are left as they are; so is the same again.
    """
    newest = DocumentText.objects.order_by("document_id", "number").values_list("document__code", "origin")
    drafted = {code for code, origin in dict(newest).items() if origin == TextOrigin.BROWSER}
    held = {
        (case.document_code, case.sentence): case for case in WorkedCase.objects.current().filter(from_package=True)
    }
    fresh, kept = [], set()
    for case in package_cases():
        if case.document in drafted:
            continue
        current = held.get((case.document, case.sentence))
        if current is not None and (current.question, current.expected) == (case.question, case.expected):
            kept.add(current.pk)
            continue
        fresh.append(
            WorkedCase(
                document_code=case.document,
                item_code=case.item,
                sentence=case.sentence,
                question=case.question,
                expected=case.expected,
                from_package=True,
                made_at=act.at,
            )
        )
    gone = [case.pk for case in held.values() if case.document_code not in drafted and case.pk not in kept]
    WorkedCase.objects.filter(pk__in=gone).update(ended_at=act.at)
    WorkedCase.objects.bulk_create(fresh)
    return len(fresh)


def confirm_case(draft: PolicyDraft, case: WorkedCase, *, reason: str, act: ActorContext) -> CaseChange:
    """Say that a case's new answer under the draft is right, and why.

    Raises RefusedError without a reason, or where the draft cannot answer.
    """
    return _change_case(draft, case, reason=reason, act=act, drop=False)


def drop_case(draft: PolicyDraft, case: WorkedCase, *, reason: str, act: ActorContext) -> CaseChange:
    """Say that a case no longer applies, and why."""
    return _change_case(draft, case, reason=reason, act=act, drop=True)


def _change_case(draft: PolicyDraft, case: WorkedCase, *, reason: str, act: ActorContext, drop: bool) -> CaseChange:
    reason = reason.strip()
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        if not reason:
            raise RefusedError("请用一句话写明理由。")
        expected = case.expected if drop else expected_from(answer_in(draft, case.question), like=case.expected)
        change, _ = CaseChange.objects.update_or_create(
            draft=draft,
            case=case,
            defaults={
                "item_code": case.item_code,
                "sentence": case.sentence,
                "question": case.question,
                "expected": expected,
                "is_dropped": drop,
                "reason": reason,
                "made_by": author_of(act, draft.region_code),
                "made_at": act.at,
            },
        )
        draft.authors.add(author_of(act, draft.region_code))
        return change


def add_case(
    draft: PolicyDraft, *, sentence: str, question: Mapping[str, Any], expected: Mapping[str, Any], act: ActorContext
) -> CaseChange:
    """Add a case of the draft's own; the same sentence again replaces it.

    Raises RefusedError where the engine cannot read the question, or the sentence is another case's.
    """
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        answer_in(draft, question)
        if WorkedCase.objects.current().filter(document_code=draft.document_code, sentence=sentence).exists():
            raise RefusedError("已有同样一句话的案例，请换一种说法。")
        if draft.case_changes.count() >= MAX_CASES:
            raise RefusedError(f"一个拟订至多 {MAX_CASES} 个案例。")
        change, _ = CaseChange.objects.update_or_create(
            draft=draft,
            case=None,
            sentence=sentence,
            defaults={
                "item_code": item_of(question),
                "question": dict(question),
                "expected": dict(expected),
                "made_by": author_of(act, draft.region_code),
                "made_at": act.at,
            },
        )
        draft.authors.add(author_of(act, draft.region_code))
        return change


def waive_case(draft: PolicyDraft, item_code: str, *, reason: str, act: ActorContext) -> CaseChange:
    """Say why an item of the draft has no worked case. Raises RefusedError without a reason or for no such item."""
    reason = reason.strip()
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        if not reason:
            raise RefusedError("请用一句话写明理由。")
        if item_code not in {yaml_codec.name_of(section) for section in draft.sections}:
            raise RefusedError("该事项已不在拟订中，请重新打开本页。")
        author = author_of(act, draft.region_code)
        change, _ = CaseChange.objects.update_or_create(
            draft=draft,
            case=None,
            item_code=item_code,
            is_dropped=True,
            defaults={
                "sentence": "没有案例",
                "question": {},
                "expected": {},
                "reason": reason,
                "made_by": author,
                "made_at": act.at,
            },
        )
        draft.authors.add(author)
        return change


def undo_case(draft: PolicyDraft, change_id: int, *, act: ActorContext) -> None:
    """Take back what a draft said of a case, or a case it added. One that is gone already is no error."""
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        draft.case_changes.filter(pk=change_id).delete()


def apply_case_changes(draft: PolicyDraft, *, act: ActorContext) -> int:
    """Make a published draft's cases the current ones; how many changed. To be called in its transaction."""
    changes = list(draft.case_changes.select_related("case"))
    ended = [change.case_id for change in changes if change.case_id is not None]
    WorkedCase.objects.filter(pk__in=ended).update(ended_at=act.at)
    WorkedCase.objects.bulk_create(
        WorkedCase(
            document_code=draft.document_code,
            item_code=change.item_code,
            sentence=change.sentence,
            question=change.question,
            expected=change.expected,
            made_at=act.at,
        )
        for change in changes
        if not change.is_dropped
    )
    return len(changes)


def answer_in(draft: PolicyDraft, question: Mapping[str, Any]) -> dict[str, Any]:
    """The draft's answer. Raises RefusedError where it has problems, or the question cannot be read."""
    try:
        catalogue = draft_catalogue(draft)
    except CatalogueError as error:
        raise RefusedError("拟订还有错误，改正后才能重算案例。") from error
    answer = answer_to(catalogue, question)
    if "error" in answer:
        versions = catalogue.items.get(item_of(question), ())
        raise RefusedError(
            f"不能测算：{unread_text(answer, versions[-1] if versions else None)}。请改规则，或删除这个案例。"
        )
    return answer
