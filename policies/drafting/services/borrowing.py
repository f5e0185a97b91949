"""Put a borrowed item into a draft with its cases and readings, and bring its cases to the day and the sums it has."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from policies.drafting import yaml_codec
from policies.drafting.borrowing import Borrowed, apart_from, first_day_of, in_later_years, years_to_move
from policies.drafting.cases import expected_from
from policies.drafting.models import CaseChange, PolicyDraft, WorkedCase
from policies.drafting.services.cases import MAX_CASES, answer_in
from policies.drafting.services.drafts import add_section, author_of, lock_editable, save_section
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError


def borrow_item(draft: PolicyDraft, borrowed: Borrowed, *, revision: int, act: ActorContext) -> PolicyDraft:
    """Add the item at the end, its readings to the document's own, and its cases to those of the draft.

    Raises RefusedError as `add_section` does, and where the draft would have too many cases.
    """
    with transaction.atomic():
        changed = add_section(draft, borrowed.section, revision=revision, act=act)
        changed = _with_readings(changed, borrowed.readings, act=act)
        current = WorkedCase.objects.current().filter(document_code=draft.document_code)
        held = list(changed.case_changes.values_list("sentence", flat=True))
        if len(held) + len(borrowed.cases) > MAX_CASES:
            raise RefusedError(f"一个拟订至多 {MAX_CASES} 个案例。")
        cases = apart_from(borrowed, [*held, *current.values_list("sentence", flat=True)]).cases
        CaseChange.objects.bulk_create(
            CaseChange(
                draft=changed,
                item_code=borrowed.code,
                sentence=case.sentence,
                question=case.question,
                expected=case.expected,
                made_by=author_of(act, changed.region_code),
                made_at=act.at,
            )
            for case in cases
        )
        return changed


def _with_readings(draft: PolicyDraft, readings: Mapping[str, object], *, act: ActorContext) -> PolicyDraft:
    """The draft with those readings that its document lacks; what it reads otherwise stays."""
    at = next((at for at, one in enumerate(draft.sections) if yaml_codec.kind_of(one) == yaml_codec.SETTINGS), None)
    held = draft.sections[at][yaml_codec.SETTINGS] if at is not None else {}
    if not readings.keys() - held.keys():
        return draft
    section = {yaml_codec.SETTINGS: {**readings, **held}}
    if at is None:
        return add_section(draft, section, revision=draft.revision, act=act, at=1)
    return save_section(draft, at, section, revision=draft.revision, act=act)


def cases_out_of_force(draft: PolicyDraft, added: Iterable[CaseChange]) -> dict[str, int]:
    """By item, by how many years the draft's added cases come before its first day."""
    asked: dict[str, list[Mapping[str, object]]] = {}
    for change in added:
        asked.setdefault(change.item_code, []).append(change.question)
    years = {code: years_to_move(questions, first_day_of(draft.sections, code)) for code, questions in asked.items()}
    return {code: count for code, count in years.items() if count}


def move_cases(draft: PolicyDraft, *, act: ActorContext) -> int:
    """Bring the days of added cases into the time in which the draft holds, an item's all together; how many moved."""
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        added = list(draft.case_changes.filter(case=None))
        years = cases_out_of_force(draft, added)
        moved = [change for change in added if change.item_code in years]
        for change in moved:
            change.question = in_later_years(change.question, years[change.item_code])
        CaseChange.objects.bulk_update(moved, ["question"])
        draft.authors.add(author_of(act, draft.region_code))
        return len(moved)


def accept_answer(draft: PolicyDraft, change_id: int, *, act: ActorContext) -> None:
    """Take the draft's own answer for what an added case expects. One that is gone already is no error.

    Raises RefusedError where the draft cannot answer.
    """
    with transaction.atomic():
        draft = lock_editable(draft, act=act)
        change = draft.case_changes.filter(pk=change_id, case=None).first()
        if change is None:
            return
        change.expected = expected_from(answer_in(draft, change.question), like=change.expected)
        change.made_by, change.made_at = author_of(act, draft.region_code), act.at
        change.save(update_fields=["expected", "made_by", "made_at"])
        draft.authors.add(change.made_by)
