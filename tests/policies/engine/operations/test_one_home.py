"""A verb is named by its own module; what else there is to say of an operation is read from it."""

import ast
import inspect
from functools import cache
from pathlib import Path

import pytest

from policies.engine.operations.registry import operations
from tests.sources import ROOT, lines_of_code, syntax_trees

# Verbs whose names are also those of other things: a document's title, the test `at_most`, a limit's `scale`.
ELSEWHERE = {"title", "at_most", "scale", "standard", "measure", "propose"}
DISPATCH = {"do", "verb", "operation"}


def named(tree):
    """The texts of a syntax tree that name verbs; words with other meanings only where a step's verb stands."""
    as_verbs = {text for node in ast.walk(tree) for part in _verbs_in(node) for text in _constants(part)}
    return (_constants(tree) - ELSEWHERE) | as_verbs


def _verbs_in(node):
    """Expressions that stand for a verb in this node: what a step's `do` is compared with or set to."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        if any(_constants(side) & DISPATCH or _names(side) & DISPATCH for side in sides):
            yield from sides
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "do":
                yield value
    elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
        # ("standard", "yuan"): a table by verb and key.
        keys = {"yuan", "ratio", "fields", "n", "months"}
        if _constants(node.elts[1]) & keys:
            yield node.elts[0]


def _constants(tree):
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}


def _names(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


@cache
def named_in(path):
    return named(syntax_trees()[path])


@pytest.mark.parametrize("verb", list(operations()))
def test_no_file_but_its_own_names_a_verb(verb):
    own = Path(inspect.getfile(operations()[verb]))

    assert [path for path in syntax_trees() if verb in named_in(path)] in ([], [own])


@pytest.mark.parametrize("verb", list(operations()))
def test_the_module_of_an_operation_is_called_by_its_verb_and_knows_no_other(verb):
    path = Path(inspect.getfile(operations()[verb]))
    imported = {node.module for node in ast.walk(syntax_trees()[path]) if isinstance(node, ast.ImportFrom)}

    assert path.stem == verb
    assert not imported & {f"policies.engine.operations.{other}" for other in operations()}


# Lines of code that one operation takes with all its parts: specification, both steps, sentences, lint.
MOST_LINES = 120


def test_an_operation_takes_few_lines_with_all_its_parts():
    counted = {verb: lines_of_code(Path(inspect.getfile(one))) for verb, one in operations().items()}

    assert {verb: lines for verb, lines in counted.items() if lines > MOST_LINES} == {}
    assert min(counted.values()) > 30


def test_no_other_module_of_the_engine_imports_an_operation():
    modules = {f"policies.engine.operations.{verb}" for verb in operations()}
    engine = [path for path in syntax_trees() if path.is_relative_to(ROOT / "policies" / "engine")]

    assert not [
        path
        for path in engine
        for node in ast.walk(syntax_trees()[path])
        if isinstance(node, ast.ImportFrom) and node.module in modules
    ]


@pytest.mark.parametrize(
    ("verb", "code"),
    [
        ("rate_of", "KINDS = {'rate_of': 1}"),
        ("title", "found = step['do'] == 'title'"),
        ("title", "found = one.get('do') not in ('given', 'title')"),
        ("scale", "if verb == 'scale': pass"),
        ("standard", "step = {'do': 'standard', 'yuan': ''}"),
        ("at_most", "words = {('at_most', 'yuan'): 1}"),
    ],
)
def test_the_search_finds_a_verb_that_is_named(verb, code):
    assert verb in named(ast.parse(code))


def test_every_operation_says_what_people_see():
    for operation in operations().values():
        assert operation.label
        assert operation.help
        assert operation.__doc__
        assert all(declared.label for declared in operation.declared().values())
    orders = [operation.order for operation in operations().values()]
    assert orders == sorted(set(orders))
