"""Worked cases: each a sentence, a question and the answer a reader of the document would give."""

from pathlib import Path
from typing import Any

import pytest

from policies.engine import assess, load_catalogue
from tests.policies.engine.support import CASES, Case, cases_by_item, differences, worked_cases


def wrong(case: Case) -> dict[str, Any]:
    """What the answer to a case says otherwise than its document, and why."""
    answer = assess(load_catalogue(), case.question).as_dict()
    found = differences(answer, case.expected)
    return found and found | {"because": answer["steps"] + answer["reasons"]}


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_worked_case_is_answered_as_the_document_says(path: Path) -> None:
    cases = [case for case in worked_cases() if case.name.startswith(f"{path.stem}: ")]

    assert cases
    assert {case.name: found for case in cases if (found := wrong(case))} == {}


def test_every_case_has_a_sentence_of_its_own() -> None:
    sentences = [case.name for case in worked_cases()]

    assert len(sentences) == len(set(sentences))


def test_every_item_of_the_catalogue_has_a_worked_case() -> None:
    assert set(load_catalogue().items) == set(cases_by_item())
