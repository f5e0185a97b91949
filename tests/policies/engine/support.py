"""What the tests of the engine share: the worked cases, and how an answer differs from an expected one."""

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from policies.engine import Catalogue, assess
from policies.engine.source import read_source

CASES = Path(__file__).parent.parent / "cases"


class Case(NamedTuple):
    """One worked case: its sentence, its question and the answer a reader of the document would give."""

    name: str
    question: dict[str, Any]
    expected: dict[str, Any]

    def items(self) -> set[str]:
        """Ids of the items it asks about."""
        parts = self.question.get("parts", [self.question])
        return {part["item"] for part in parts}


@lru_cache
def worked_cases() -> tuple[Case, ...]:
    """All cases of tests/policies/cases."""
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        (source,) = read_source(path.read_text("utf-8"), path.name)
        for case in source["cases"]:
            question = {**source["defaults"], **case["ask"]}
            found.append(Case(f"{path.stem}: {case['case']}", question, case["expect"]))
    return tuple(found)


@lru_cache
def cases_by_item() -> dict[str, list[Case]]:
    """Cases under each item they ask about."""
    found: dict[str, list[Case]] = {}
    for case in worked_cases():
        for name in case.items():
            found.setdefault(name, []).append(case)
    return found


def differences(answer: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """What an answer says otherwise than expected; `reason` is a code among the reasons."""
    found = {key: answer.get(key) for key, value in expected.items() if key != "reason" and answer.get(key) != value}
    codes = [reason["code"] for reason in answer["reasons"]]
    if "reason" in expected and expected["reason"] not in codes:
        found["reason"] = codes
    return found


def caught(catalogue: Catalogue, cases: list[Case]) -> str | None:
    """The name of the first case that a catalogue answers otherwise than expected."""
    for case in cases:
        if differences(assess(catalogue, case.question).as_dict(), case.expected):
            return case.name
    return None
