"""A limit is named by its own module; what else there is to say of it is read from the registry."""

import ast
import inspect
from pathlib import Path

import pytest

from policies.engine.limits.registry import limit_kinds

ROOT = Path(__file__).parents[4]
TREES = {
    path: ast.parse(path.read_text("utf-8"))
    for app in ("portal", "policies", "applications", "review", "bench")
    for path in sorted((ROOT / app).rglob("*.py"))
    if "migrations" not in path.parts
}
ENGINE = {path: tree for path, tree in TREES.items() if path.is_relative_to(ROOT / "policies" / "engine")}
HOMES = {kind: Path(inspect.getfile(limit)) for kind, limit in limit_kinds().items()}
# Kinds whose names are also those of other things: sums in yuan, how many equal ones, how often a duty is due.
ELSEWHERE = {"yuan", "count", "once"}


def classes_of(home):
    return {node.name for node in TREES[home].body if isinstance(node, ast.ClassDef)}


def names_in(tree):
    """Names and imports of a syntax tree, and its texts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("kind", HOMES)
def test_no_other_module_of_the_engine_names_a_limit(kind):
    home = HOMES[kind]
    words = {f"policies.engine.limits.{home.stem}", *classes_of(home), kind} - ELSEWHERE

    assert [path.name for path, tree in ENGINE.items() if path != home and words & set(names_in(tree))] == []


@pytest.mark.parametrize("kind", HOMES)
def test_few_other_files_import_a_limit(kind):
    module = f"policies.engine.limits.{HOMES[kind].stem}"

    assert len([path for path, tree in TREES.items() if module in set(names_in(tree))]) <= 3


def test_every_limit_says_what_people_see():
    for limit in limit_kinds().values():
        assert limit.label
        assert limit.help
        assert limit.__doc__
        assert all(declared.label for declared in limit.declared().values())
    orders = [limit.order for limit in limit_kinds().values()]
    assert orders == sorted(set(orders))
