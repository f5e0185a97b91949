"""Worked cases: each a sentence, a question and the answer a reader of the document would give."""

import pytest

from policies.engine import assess, load_catalogue
from tests.policies.engine.support import Case, cases_by_item, differences, worked_cases


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in worked_cases()])
def test_a_worked_case_is_answered_as_the_document_says(case: Case) -> None:
    answer = assess(load_catalogue(), case.question).as_dict()

    assert not differences(answer, case.expected), answer["steps"] + answer["reasons"]


def test_every_case_has_a_sentence_of_its_own() -> None:
    sentences = [case.name for case in worked_cases()]

    assert len(sentences) == len(set(sentences))


def test_every_item_of_the_catalogue_has_a_worked_case() -> None:
    assert set(load_catalogue().items) == set(cases_by_item())
