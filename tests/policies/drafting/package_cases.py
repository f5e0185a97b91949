"""The worked cases that the package carries: of each item, the few that notice every change of it.

They are chosen from those that the tests work through: as many as it takes to notice every mutation of the item that
any of its cases notices. `python -m tests.policies.drafting.package_cases` writes them; a test says when that is due.
"""

import json
from pathlib import Path

from policies.engine import Item, assess, catalogue_of, compile_item, load_catalogue
from policies.engine.loader import CATALOGUE
from tests.policies.engine.support import Case, cases_by_item, differences
from tests.policies.engine.test_mutations import mutants

FOLDER = CATALOGUE / "cases"
HEADING = """\
# Worked cases that a change of this document is held against. Chosen from tests/policies/cases, and written by
# `python -m tests.policies.drafting.package_cases`.
cases:
"""


def chosen() -> dict[str, list[Case]]:
    """By document, in the order of its items."""
    found: dict[str, list[Case]] = {}
    for code, versions in load_catalogue().items.items():
        cases = [case for case in cases_by_item()[code] if len(case.items()) == 1]
        found.setdefault(versions[0].document_id, []).extend(noticing(versions[0], cases))
    return found


def noticing(item: Item, cases: list[Case]) -> list[Case]:
    """The fewest cases, greedily, that notice what all of them notice; at least one."""
    noticed = {case.name: set[str]() for case in cases}
    for label, content in mutants(item):
        catalogue = catalogue_of([], [compile_item(content)])
        for case in cases:
            if differences(assess(catalogue, case.question).as_dict(), case.expected):
                noticed[case.name].add(label)
    picked: list[Case] = []
    known: set[str] = set()
    while not picked or any(labels - known for labels in noticed.values()):
        best = max(cases, key=lambda case: len(noticed[case.name] - known))
        picked.append(best)
        known |= noticed[best.name]
    return [case for case in cases if case in picked]


def texts() -> dict[Path, str]:
    """What each file should hold."""
    return {
        FOLDER / f"{document}.yaml": HEADING + "".join(f"- {_line(case)}\n" for case in cases)
        for document, cases in chosen().items()
    }


def _line(case: Case) -> str:
    sentence = case.name.partition(": ")[2]
    # JSON is YAML; sums are strings in both.
    return json.dumps({"case": sentence, "ask": case.question, "expect": case.expected}, ensure_ascii=False)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in texts().items():
        path.write_text(text, "utf-8")
