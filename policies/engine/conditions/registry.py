"""Every family of tests, found in the modules of this package; nothing else lists the tests."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

from policies.engine import conditions as package
from policies.engine.conditions.base import Family, Predicate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.engine.checks import Check
    from policies.engine.columns.conditions import Test
    from policies.engine.operations.base import Label


def _in_package() -> dict[str, Family]:
    names = [f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__)]
    modules = [importlib.import_module(name) for name in names if name != __name__]
    parts = {part for module in modules for part in vars(module).values() if isinstance(part, type)}
    families = [part() for part in parts if issubclass(part, Family) and part is not Family]
    return {name: family for family in sorted(families, key=lambda one: one.order) for name in family.tests}


_families = _in_package()


def known_tests() -> tuple[str, ...]:
    """The keys of all tests, in the order of menus."""
    return tuple(_families)


def labels_of_tests() -> dict[str, str]:
    """What each test is called."""
    return {name: family.tests[name] for name, family in _families.items()}


def offered_tests(kind: str) -> list[str]:
    """The tests that suit a fact of this type."""
    families = dict.fromkeys(_families.values())
    return [name for family in families for name in family.offered.get(kind, ())]


def usual_test(kind: str) -> str:
    """The test that is most likely meant for a fact of this type. KeyError for an unknown type."""
    found = {fact_type: name for family in _families.values() for fact_type, name in family.usual.items()}
    return found[kind]


def family_of(name: str) -> Family:
    """The family of a test. KeyError for what is no test."""
    return _families[name]


def checks_of_tests() -> dict[str, Check]:
    """The check of each test's bound."""
    return {name: family.check(name) for name, family in _families.items()}


def words_of_test(spec: Mapping[str, Any], label: Label) -> str:
    """What `{field, test}` asks, in words: a fact, a verb, and what it is compared with."""
    field, ((name, bound),) = spec["field"], [pair for pair in spec.items() if pair[0] in _families]
    family = _families[name]
    if isinstance(bound, bool):
        return f"{label(field)}为“{'是' if bound else '否'}”"
    other = family.other_field(bound)
    values = (label(field, str(one)) for one in (bound if isinstance(bound, list) else [bound]))
    return f"{label(field)} {family.phrase(name, label(other) if other else ' 或 '.join(values))}"


def compile_predicate(
    field: str, test: Mapping[str, Any], types: Mapping[str, str], settings: Mapping[str, Any]
) -> Predicate:
    """Make a predicate of one test, e.g. at_least: 10, under chosen readings. `types` are the item's facts by name."""
    (name, bound), *_ = test.items()
    return _families[name].predicate(field, name, bound, types=types, settings=settings)


def compile_test(
    field: str, test: Mapping[str, Any], types: Mapping[str, str], settings: Mapping[str, Any], item: str
) -> Test:
    """The test over columns. `types` are the item's facts by name; UnsupportedRuleError for what cannot be."""
    (name, bound), *_ = test.items()
    return _families[name].column_test(field, name, bound, types=types, settings=settings, item=item)
