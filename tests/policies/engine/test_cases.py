"""Worked cases: each a sentence, a question and the answer a reader of the document would give."""

from pathlib import Path
from typing import Any

import pytest

from policies.engine import assess, load_catalogue
from policies.engine.source import read_source

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.yaml"))


def worked_cases() -> list[Any]:
    found = []
    for path in CASES:
        (source,) = read_source(path.read_text("utf-8"), path.name)
        for case in source["cases"]:
            question = {**source["defaults"], **case["ask"]}
            found.append(pytest.param(question, case["expect"], id=f"{path.stem}: {case['case']}"))
    return found


def differences(answer: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """What the answer says otherwise than expected; `reason` is a code among the reasons."""
    found = {
        key: answer.get(key) for key, value in expected.items() if key != "reason" and answer.get(key) != value
    }
    codes = [reason["code"] for reason in answer["reasons"]]
    if "reason" in expected and expected["reason"] not in codes:
        found["reason"] = codes
    return found


@pytest.mark.parametrize(("question", "expected"), worked_cases())
def test_a_worked_case_is_answered_as_the_document_says(question: dict[str, Any], expected: dict[str, Any]) -> None:
    answer = assess(load_catalogue(), question).as_dict()

    assert not differences(answer, expected), answer["steps"] + answer["reasons"]


def test_every_case_has_a_sentence_of_its_own() -> None:
    sentences = [case.id for case in worked_cases()]

    assert len(sentences) == len(set(sentences))
