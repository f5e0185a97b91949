"""A draft's worked cases, worked again: what each was answered in force, and is with the draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from policies.drafting.cases import agrees, answer_to
from policies.drafting.models import CaseChange, PolicyDraft, WorkedCase
from policies.drafting.selectors.catalogue import draft_catalogue
from policies.drafting.selectors.changes import ENDED, Changes, ItemChange
from policies.engine import CatalogueError
from policies.published.selectors import published_catalogue


@dataclass(frozen=True)
class CaseRun:
    """One case with its two answers; empty ones where a catalogue has no such rules yet."""

    case: WorkedCase | None
    change: CaseChange | None
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def sentence(self) -> str:
        return self._shown.sentence

    @property
    def item_code(self) -> str:
        return self._shown.item_code

    @property
    def question(self) -> dict[str, Any]:
        asked: dict[str, Any] = self._shown.question
        return asked

    @property
    def expected(self) -> dict[str, Any]:
        """The answer that has to come: as the draft's author confirmed it, or as it was."""
        wanted: dict[str, Any] = self._shown.expected
        return wanted

    @property
    def is_dropped(self) -> bool:
        return self.change is not None and self.change.is_dropped

    @property
    def is_new(self) -> bool:
        return self.case is None

    @property
    def is_settled(self) -> bool:
        """Whether the draft answers as expected, or the case no longer applies and somebody said why."""
        return self.is_dropped or agrees(self.after, self.expected)

    @property
    def is_changed(self) -> bool:
        """Whether the draft answers otherwise than what is in force was expected to."""
        return self.case is not None and not agrees(self.after, self.case.expected)

    @property
    def _shown(self) -> WorkedCase | CaseChange:
        shown = self.change or self.case
        if shown is None:
            raise ValueError("a run is of a case or of a change")
        return shown


def items_without_case(draft: PolicyDraft, changes: Changes, runs: Sequence[CaseRun]) -> list[ItemChange]:
    """The new and changed items of which no case is worked, and of which nobody said why none is. One query."""
    worked = {run.item_code for run in runs if not run.is_dropped}
    worked |= set(waivers(draft).values_list("item_code", flat=True))
    wanted = {change.code: change for change in changes.items if change.kind != ENDED}
    return [change for code, change in wanted.items() if code not in worked]


def waivers(draft: PolicyDraft) -> QuerySet[CaseChange]:
    """Why items of the draft have no worked case, an item each: changes of no case that add none."""
    return draft.case_changes.filter(case=None, is_dropped=True)


def run_cases(draft: PolicyDraft) -> list[CaseRun]:
    """Every case of the draft's document: those that wait for somebody first, then those confirmed, then the others."""
    published = published_catalogue()
    try:
        catalogue = draft_catalogue(draft, published)
    except CatalogueError:
        catalogue = None
    changes = list(draft.case_changes.exclude(case=None, is_dropped=True))
    by_case = {change.case_id: change for change in changes if change.case_id is not None}
    cases = WorkedCase.objects.current().filter(document_code=draft.document_code)
    pairs: list[tuple[WorkedCase | None, CaseChange | None]] = [(case, by_case.get(case.pk)) for case in cases]
    pairs += [(None, change) for change in changes if change.case_id is None]
    runs = []
    for case, change in pairs:
        shown = change or case
        if shown is not None:
            before, after = answer_to(published, shown.question), answer_to(catalogue, shown.question)
            runs.append(CaseRun(case, change, before, after))
    return sorted(runs, key=lambda run: (run.is_settled, run.change is None))


def unsettled_cases(draft: PolicyDraft) -> list[CaseRun]:
    """The cases that keep a draft from being proposed."""
    return [run for run in run_cases(draft) if not run.is_settled]
