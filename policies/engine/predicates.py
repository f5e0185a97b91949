"""Tests on a fact: the closed list a condition, or the `only` of a step, may use."""

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from policies.engine.dates import parse_date
from policies.engine.money import number_text, parse_number, yuan_text

# True: holds. False: does not. None: the fact is missing.
Facts = dict[str, Any]
Predicate = Callable[[Facts], bool | None]

# 以上/以下 and 超过 follow the chosen reading; `not_below` and `not_above` are plain bounds of a range.
NUMBER_TESTS = ("at_least", "over", "at_most", "under", "not_over", "not_below", "not_above")
DATE_TESTS = ("before", "not_before")
TESTS = ("in", "not_in", "is", *NUMBER_TESTS, *DATE_TESTS, "not_after_field")


def _count(value: Any) -> Any:
    return len(value) if isinstance(value, tuple) else value


def _at_least(bound: Fraction) -> Callable[[Any], bool]:
    return lambda value: _count(value) >= bound


def _over(bound: Fraction) -> Callable[[Any], bool]:
    return lambda value: _count(value) > bound


def _at_most(bound: Fraction) -> Callable[[Any], bool]:
    return lambda value: _count(value) <= bound


def _under(bound: Fraction) -> Callable[[Any], bool]:
    return lambda value: _count(value) < bound


def _one_of(allowed: frozenset[Any]) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        return any(part in allowed for part in value) if isinstance(value, tuple) else value in allowed

    return test


def _none_of(refused: frozenset[Any]) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        return any(part not in refused for part in value) if isinstance(value, tuple) else value not in refused

    return test


def _before(bound: date) -> Callable[[Any], bool]:
    return lambda value: value < bound


def _not_before(bound: date) -> Callable[[Any], bool]:
    return lambda value: value >= bound


def _on_field(field: str, test: Callable[[Any], bool]) -> Predicate:
    def predicate(facts: Facts) -> bool | None:
        value = facts.get(field)
        return None if value is None else test(value)

    return predicate


def _not_after_field(field: str, other: str) -> Predicate:
    def predicate(facts: Facts) -> bool | None:
        value, bound = facts.get(field), facts.get(other)
        return None if value is None or bound is None else bool(value <= bound)

    return predicate


def compile_predicate(field: str, test: dict[str, Any], *, inclusive: bool, exclusive: bool) -> Predicate:
    """Make a predicate of one test, e.g. {"at_least": 10}.

    `inclusive`: 以上/以下 (at_least, at_most) include the number itself; `exclusive`: 超过 (over) excludes it;
    `not_over` is its exact opposite.
    """
    (name, bound), *_ = test.items()
    if name == "not_after_field":
        return _not_after_field(field, bound)
    if name in ("in", "not_in"):
        values = frozenset(bound)
        return _on_field(field, _one_of(values) if name == "in" else _none_of(values))
    if name == "is":
        return _on_field(field, _one_of(frozenset([bound])))
    if name in DATE_TESTS:
        day = parse_date(bound)
        return _on_field(field, _before(day) if name == "before" else _not_before(day))
    number = parse_number(bound)
    tests = {
        "at_least": _at_least if inclusive else _over,
        "at_most": _at_most if inclusive else _under,
        "over": _over if exclusive else _at_least,
        "under": _under,
        "not_below": _at_least,
        "not_above": _at_most,
        "not_over": _at_most if exclusive else _under,
    }
    return _on_field(field, tests[name](number))


def value_text(value: Any, choices: Iterable[tuple[str, str]] = ()) -> str:
    """A fact's value as people read it."""
    names = dict(choices)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(str(part) for part in value)
    if isinstance(value, Fraction):
        return number_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return names.get(value, str(value))


def money_text(fen: int) -> str:
    """Fen with its unit, as steps print it."""
    return f"{yuan_text(fen)} 元"
