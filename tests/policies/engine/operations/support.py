"""One step or a few in an item of their own: asked, compared with the column steps, refused, and in words."""

from typing import Any

import pytest

from policies.engine import Assessment, Catalogue, CatalogueError, Item, amount_text, assess
from policies.engine.batch import generate, simulate
from policies.published.wording import amount_words
from tests.policies.engine.batch.odd_rules import HEAD, catalogue_from, item
from tests.policies.engine.batch.support import differences

NAME = "odd-99"
Steps = list[dict[str, Any]]


def catalogue_with(steps: Steps, **rest: Any) -> Catalogue:
    return catalogue_from((HEAD, [item(NAME, steps, **rest)]))


def rules_of(steps: Steps, **rest: Any) -> Item:
    return catalogue_with(steps, **rest).items[NAME][0]


def ask(
    steps: Steps, *lines: dict[str, Any], kind: str = "enterprise", asked: dict[str, Any] | None = None, **rest: Any
) -> Assessment:
    """The answer for lines of facts, each granted after the document took effect unless it says otherwise."""
    stated = [{"granted_on": "2021-01-01", **line} for line in lines or ({},)]
    question = {"item": NAME, "on": "2021-01-01", "applicant": {"kind": kind}, "lines": stated}
    return assess(catalogue_with(steps, **rest), {**question, **(asked or {})})


def texts(answer: Assessment) -> list[str]:
    return [step["text"] for step in answer.steps]


def columns_differ(steps: Steps, *, chosen: dict[str, Any] | None = None, **rest: Any) -> list[Any]:
    """The claims on the edges of the item that columns answer otherwise than one by one."""
    catalogue = catalogue_with(steps, **rest)
    population = generate(catalogue, 150, seed=1, edge=True)
    simulation = simulate(catalogue, population, settings=chosen)
    return list(differences(catalogue, population, simulation, settings=chosen))


def refused(steps: Steps, **rest: Any) -> dict[str, str]:
    """The codes of the problems that a text with these steps has, each with its place."""
    with pytest.raises(CatalogueError) as refusal:
        catalogue_with(steps, **rest)
    return {problem.fault.code.name: problem.where for problem in refusal.value.problems}


def spoken(steps: Steps, **rest: Any) -> tuple[str, str, tuple[str, ...]]:
    """The paragraph on the amount, the heading, and the bounds below it."""
    rules = rules_of(steps, **rest)
    words = amount_words(rules)
    return amount_text(rules), words.in_one_line, words.bounds
