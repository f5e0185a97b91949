"""Every action code in the code has words, and the words are those of the buttons."""

import ast
import re

from applications.claims.enums import Action
from portal.audit.labels import ACTIONS, GROUPS, action_label
from tests.sources import ROOT, syntax_trees


def codes_in_the_tree() -> dict[str, str]:
    """Every literal `action=` that looks like a code (a pattern, where parts are filled in), and where it stands."""
    found = {}
    for path, tree in syntax_trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg == "action":
                        found.update(dict.fromkeys(_patterns(keyword.value), str(path.relative_to(ROOT))))
    return {pattern: where for pattern, where in found.items() if re.match(r"[a-z]+\\\.", pattern)}


def _patterns(value: ast.expr) -> list[str]:
    if isinstance(value, ast.IfExp):
        return [*_patterns(value.body), *_patterns(value.orelse)]
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return [re.escape(value.value)]
    if isinstance(value, ast.JoinedStr):
        return ["".join(re.escape(p.value) if isinstance(p, ast.Constant) else "[a-z_]+" for p in value.values)]
    return []


def test_every_code_in_the_tree_has_words():
    codes = codes_in_the_tree()
    assert len(codes) > 15
    wordless = {p: where for p, where in codes.items() if not any(re.fullmatch(p, code) for code in ACTIONS)}
    assert wordless == {}


def test_every_action_on_a_claim_has_the_words_of_its_button():
    for action in Action:
        assert ACTIONS[f"claim.{action}"] == action.label


def test_every_code_belongs_to_a_group_of_the_filter():
    assert {code.partition(".")[0] for code in ACTIONS} == set(GROUPS)


def test_a_code_without_words_is_shown_as_it_is():
    assert action_label("future.deed") == "future.deed"
