"""One module is a whole limit: it loads, computes both ways, is described, offered, checked and simulated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

from policies.drafting.editor.actions import act_on
from policies.drafting.editor.field_problems import FieldProblems
from policies.drafting.editor.names import section_names
from policies.drafting.editor.page import SectionPage
from policies.drafting.editor.sections import read_section, section_pairs
from policies.engine import CatalogueError, amount_text, assess
from policies.engine.batch import generate, simulate
from policies.engine.buckets import Granted, bucket_entries, program_asked
from policies.engine.limits.base import CompiledLimit, Limit, LimitColumns
from policies.engine.limits.registry import registered
from policies.engine.lint import LIMIT_TWICE
from policies.engine.money import money_text
from policies.engine.scopes import APPLICANT
from policies.engine.spec import YUAN, key
from policies.published.wording import amount_words
from review.whatif.rules import adjustables, adjusted
from tests.policies.engine.batch.odd_rules import HEAD, catalogue_from, item, rate
from tests.policies.engine.batch.support import differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.batch.answers import Work
    from policies.engine.context import Context
    from policies.engine.operations.base import Label, Wording
    from policies.engine.part import Part
    from policies.engine.pool import Pool
    from policies.engine.trace import Entry, Note


@dataclass(frozen=True, kw_only=True)
class Least(Limit):
    """A claim that comes to less than `least` gets nothing."""

    kind = "least"
    label = "起付金额"
    help = "合计不到多少钱就不支持"
    order = 50
    preset: ClassVar = {"code": "LEAST", "least": "100"}

    least: int = key(YUAN, "起付（元）", help="如 100")

    def compile(self, context: Context, *, item_id: str) -> LeastLimit:
        note = context.note(self.code, lambda figures: f"合计 {money_text(figures[0])}，不到起付金额", cite=self.cite)
        return LeastLimit(code=self.code, scope=APPLICANT, base=item_id, fen=self.least, note=note)

    def sentence(self, label: Label) -> str:
        return f"不到 {money_text(self.least)} 的不支持"

    def short_name(self) -> str:
        return "起付金额"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"{words.sum(self.least)}起付"

    def figures(self) -> Mapping[str, str]:
        return {"least": "起付"}


class LeastColumns(LimitColumns):
    def deduct(self, work: Work) -> None:
        work.take_off(np.where(work.total < self.limit.fen, work.total, 0), self.limit.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastLimit(CompiledLimit):
    is_entered = False
    turn = 50
    columns = LeastColumns

    fen: int
    note: Note

    def deduct(self, claim: Pool, part: Part) -> Entry | None:
        if not 0 < part.sum < self.fen:
            return None
        figures = (part.take_off(part.sum),)
        part.reasons.append((self.note, figures, 0))
        return (self.note, figures, 0, True, 0)


LEAST = {"code": "LEAST", "least": "1000"}
CAP = {"code": "CAP", "yuan": "3000", "per": ["applicant"]}
SECTION = item("odd-60-least", [rate("50%", "fees")], limits=[CAP, LEAST])


@pytest.fixture(autouse=True)
def _registered():
    with registered(Least):
        yield


@pytest.fixture
def catalogue():
    return catalogue_from((HEAD, [SECTION]))


def question(*fees):
    lines = [{"granted_on": "2021-01-01", "patent_no": str(n), "fees": yuan} for n, yuan in enumerate(fees)]
    return {"item": "odd-60-least", "on": "2021-01-01", "applicant": {"kind": "enterprise"}, "lines": lines}


def test_it_computes_with_a_trace(catalogue):
    answer = assess(catalogue, question("1000", "999.98"))

    assert (answer.outcome, answer.amount) == ("refused", 0)
    (reason,) = answer.reasons
    assert (reason["code"], reason["text"]) == ("LEAST", "合计 999.99 元，不到起付金额")
    assert assess(catalogue, question("1000", "1000")).amount == 100_000


def test_it_computes_the_same_in_columns(catalogue):
    population = generate(catalogue, 300, seed=1, edge=True)
    simulation = simulate(catalogue, population)

    assert "LEAST" in simulation.reason_counts()
    assert simulation.total
    assert not list(differences(catalogue, population, simulation))


def test_it_states_no_ceiling_of_the_ledger(catalogue):
    asked = question("3000")
    entries = bucket_entries(
        program_asked(catalogue, asked), assess(catalogue, asked).as_dict(), [Granted("0", 150000)]
    )

    assert {entry.ceiling.fen for entry in entries} == {None, 300_000}


def test_the_public_page_describes_it(catalogue):
    rules = catalogue.items["odd-60-least"][0]

    assert "不到 1,000.00 元 的不支持" in amount_text(rules)
    assert "1,000 元起付" in amount_words(rules).bounds


def test_the_form_offers_and_draws_it():
    page = SectionPage(SECTION, section_names([SECTION], SECTION), FieldProblems())
    limits = next(part for part in page.parts if part.spec.anchor == "limits")

    assert ("least", "起付金额") in limits.adder.choices
    assert (limits.rows[1].title, limits.rows[1].hint) == ("起付金额", Least.help)
    assert ("起付（元）", "如 100") in {(c.control.label, c.control.help_text) for c in limits.rows[1].block.shown}


def test_one_added_in_the_form_holds_its_preset_and_comes_back_from_it():
    section = act_on(item("odd-60-least", [rate("50%", "fees")]), "add:limits:least").section
    posted = {}
    for name, text in section_pairs(section):
        posted.setdefault(name, []).append(text)

    assert section["limits"] == [Least.preset]
    assert read_section(posted)["limits"] == section["limits"]


def test_its_lint_and_its_checks_refuse():
    for limits, where in (
        ([{**LEAST, "least": "0"}], "limits[0].least"),
        ([LEAST, {**LEAST, "code": "OTHER"}], "limits[1]"),
    ):
        with pytest.raises(CatalogueError) as refusal:
            catalogue_from((HEAD, [{**SECTION, "limits": limits}]))
        (problem,) = refusal.value.problems
        assert problem.where == f"odd-60-least.{where}"
    assert problem.fault.code is LIMIT_TWICE


def test_a_simulation_may_change_its_figure(catalogue):
    rules = catalogue.items["odd-60-least"][0]
    (figure,) = (figure for figure in adjustables(rules) if figure.key == "limits.1.least")

    assert (figure.label, figure.kind, figure.value) == ("起付", "yuan", "1000")
    assert adjusted(rules, {figure.key: "2000"})["limits"][1]["least"] == "2000"


def test_no_second_limit_takes_a_kind():
    with pytest.raises(ValueError, match="least"), registered(Least):
        pytest.fail("registered twice")
