"""A limit is named by its own module; what else there is to say of it is read from the registry."""

import ast
import inspect
from functools import cache
from pathlib import Path

import pytest

from policies.engine.limits.registry import limit_kinds
from tests.sources import ROOT, lines_of_code, syntax_trees

# As of an operation; what several limits share stands in modules of its own.
MOST_LINES = 120
SHARED = {"base", "holding", "places", "ranks", "selecting"}
HOMES = {kind: Path(inspect.getfile(limit)) for kind, limit in limit_kinds().items()}
# Kinds whose names are also those of other things: sums in yuan, how many equal ones, how often a duty is due.
ELSEWHERE = {"yuan", "count", "once"}


def classes_of(home):
    return {node.name for node in syntax_trees()[home].body if isinstance(node, ast.ClassDef)}


@cache
def names_in(path):
    """Names and imports of a module, and its texts."""
    found = set()
    for node in ast.walk(syntax_trees()[path]):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(alias.name for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


@pytest.mark.parametrize("kind", HOMES)
def test_no_other_module_of_the_engine_names_a_limit(kind):
    home = HOMES[kind]
    words = {f"policies.engine.limits.{home.stem}", *classes_of(home), kind} - ELSEWHERE

    engine = [path for path in syntax_trees() if path.is_relative_to(ROOT / "policies" / "engine")]
    assert [path.name for path in engine if path != home and words & names_in(path)] == []


@pytest.mark.parametrize("kind", HOMES)
def test_few_other_files_import_a_limit(kind):
    module = f"policies.engine.limits.{HOMES[kind].stem}"

    assert len([path for path in syntax_trees() if module in names_in(path)]) <= 3


def test_a_limit_takes_few_lines_with_all_its_parts():
    folder = ROOT / "policies" / "engine" / "limits"
    counted = {path.stem: lines_of_code(path) for path in syntax_trees() if path.parent == folder}

    assert {name: lines for name, lines in counted.items() if lines > MOST_LINES}.keys() <= SHARED
    assert all(counted[home.stem] > 20 for home in HOMES.values())


def test_every_limit_says_what_people_see():
    for limit in limit_kinds().values():
        assert limit.label
        assert limit.help
        assert limit.__doc__
        assert all(declared.label for declared in limit.declared().values())
    orders = [limit.order for limit in limit_kinds().values()]
    assert orders == sorted(set(orders))
