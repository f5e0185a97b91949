"""The worked cases that the package carries: a few of each item, chosen from those that the tests work through.

`python -m tests.policies.drafting.package_cases` writes them anew; a test says when that is due.
"""

import json
from pathlib import Path

from policies.engine import load_catalogue
from policies.engine.loader import CATALOGUE
from tests.policies.engine.support import Case, worked_cases

FOLDER = CATALOGUE / "cases"
AN_ITEM = 3
HEADING = """\
# Worked cases that a change of this document is held against. Chosen from tests/policies/cases, and written by
# `python -m tests.policies.drafting.package_cases`.
cases:
"""


def chosen() -> dict[str, list[Case]]:
    """By document, the cases of each item: first one of each kind of answer, then the next ones."""
    by_item: dict[str, list[Case]] = {}
    for case in worked_cases():
        if len(case.items()) == 1:
            by_item.setdefault(next(iter(case.items())), []).append(case)
    found: dict[str, list[Case]] = {}
    for code, versions in load_catalogue().items.items():
        cases = by_item.get(code, [])
        kinds = {(case.expected.get("outcome"), case.expected.get("reason")): case for case in reversed(cases)}
        picked = list(kinds.values())[::-1][:AN_ITEM]
        picked += [case for case in cases if case not in picked][: AN_ITEM - len(picked)]
        found.setdefault(versions[0].document_id, []).extend(case for case in cases if case in picked)
    return found


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
