"""One class is a whole operation: it loads, computes both ways, is described, offered, checked and simulated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import pytest

from policies.drafting.editor.actions import act_on
from policies.drafting.editor.field_problems import FieldProblems
from policies.drafting.editor.names import section_names, step_sentence
from policies.drafting.editor.page import SectionPage
from policies.drafting.editor.sections import read_section, section_pairs
from policies.engine import CatalogueError, amount_text, assess
from policies.engine.batch import generate, simulate
from policies.engine.checks import ZERO_SUM
from policies.engine.columns.context import ColumnContext
from policies.engine.columns.lines import Lines
from policies.engine.context import Context
from policies.engine.line import Line
from policies.engine.money import money_text
from policies.engine.operations.base import (
    OVERFLOW,
    ColumnStep,
    ItemSteps,
    Label,
    Operation,
    Role,
    Step,
    Wording,
    overflow,
)
from policies.engine.operations.registry import registered
from policies.engine.problems import Fault, Place
from policies.engine.spec import YUAN, key
from policies.published.wording import amount_words
from review.whatif.rules import adjustables, adjusted
from tests.policies.engine.batch.odd_rules import HEAD, catalogue_from, item, rate
from tests.policies.engine.batch.support import differences


@dataclass(frozen=True, kw_only=True)
class RoundDown(Operation):
    """Cuts the amount down to a multiple of `step`."""

    verb = "round_down"
    label = "取整"
    help = "金额舍去不足一个单位的部分"
    role = Role.CHANGES
    order = 130
    preset: ClassVar = {"step": "100"}

    step: int = key(YUAN, "取整到（元）", help="如 100")

    def compile(self, context: Context) -> Step:
        note = context.note(self.code or "ROUND", lambda figures: f"取整为 {money_text(figures[0])}", cite=self.cite)

        def run(line: Line) -> bool:
            line.amount = (line.amount or 0) // self.step * self.step
            line.note(note, (line.amount,))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        def run(lines: Lines) -> None:
            lines.set_amount(lines.amount // self.step * self.step, lines.running)

        return run

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from overflow(self.step, "step")

    def sentence(self, label: Label) -> str:
        return f"取整到 {money_text(self.step)}"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"取整到 {words.sum(self.step)}"

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"step": "取整到"}


SECTION = item("odd-60-round", [rate("50%", "fees"), RoundDown.authored(step="100")])


@pytest.fixture(autouse=True)
def _registered():
    with registered(RoundDown):
        yield


@pytest.fixture
def catalogue():
    return catalogue_from((HEAD, [SECTION]))


def test_it_computes_with_a_trace(catalogue):
    line = {"granted_on": "2021-01-01", "fees": "1234.56"}
    question = {"item": "odd-60-round", "on": "2021-01-01", "applicant": {"kind": "enterprise"}, "lines": [line]}

    answer = assess(catalogue, question)

    assert answer.amount == 60000
    assert "取整为 600.00 元" in [step["text"] for step in answer.as_dict()["steps"]]


def test_it_computes_the_same_in_columns(catalogue):
    population = generate(catalogue, 300, seed=1, edge=True)
    simulation = simulate(catalogue, population)

    assert simulation.total
    assert not list(differences(catalogue, population, simulation))


def test_the_public_page_describes_it(catalogue):
    rules = catalogue.items["odd-60-round"][0]

    assert "取整到 100.00 元" in amount_text(rules)
    assert "取整到 100 元" in amount_words(rules).bounds


def test_the_form_offers_and_draws_it():
    page = SectionPage(SECTION, section_names([SECTION], SECTION), FieldProblems())
    steps = next(part for part in page.parts if part.spec.anchor == "steps")

    assert ("round_down", "取整") in steps.adder.choices
    assert (steps.rows[1].title, steps.rows[1].hint) == ("取整", RoundDown.help)
    (control,) = (cell.control for cell in steps.rows[1].block.shown)
    assert (control.label, control.help_text) == ("取整到（元）", "如 100")
    assert step_sentence(SECTION["steps"][1], section_names([SECTION], SECTION)) == "取整到 100.00 元"


def test_a_step_added_in_the_form_holds_its_preset_and_comes_back_from_it():
    section = act_on(SECTION, "add:steps:round_down").section
    posted = {}
    for name, text in section_pairs(section):
        posted.setdefault(name, []).append(text)

    assert section["steps"][2] == {"do": "round_down", "step": "100"}
    assert read_section(posted)["steps"] == section["steps"]


@pytest.mark.parametrize(("step", "code"), [("1000000000000", OVERFLOW), ("0", ZERO_SUM)])
def test_its_lint_and_its_checks_refuse(step, code):
    with pytest.raises(CatalogueError) as refusal:
        catalogue_from((HEAD, [item("odd-60-round", [rate("50%", "fees"), RoundDown.authored(step=step)])]))

    (problem,) = (problem for problem in refusal.value.problems if problem.fault.code is code)
    assert problem.where == "odd-60-round.steps[1].step"


def test_a_simulation_may_change_its_figure(catalogue):
    rules = catalogue.items["odd-60-round"][0]
    (figure,) = (figure for figure in adjustables(rules) if figure.key == "steps.1.step")

    assert (figure.label, figure.kind, figure.value) == ("取整到", "yuan", "100")
    assert adjusted(rules, {figure.key: "1000"})["steps"][1]["step"] == "1000"


def test_no_second_operation_takes_a_verb():
    with pytest.raises(ValueError, match="round_down"), registered(RoundDown):
        pytest.fail("registered twice")
