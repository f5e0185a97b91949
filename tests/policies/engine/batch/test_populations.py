"""Populations: what is refused, what is made, and that they can be read as questions."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from policies.engine import Outcome, assess, load_catalogue
from policies.engine.batch import (
    KINDS,
    OUTCOME_CODES,
    Column,
    LineTable,
    Population,
    PopulationError,
    Rows,
    UnsupportedRuleError,
    generate,
    questions,
    simulate,
)
from policies.engine.errors import QuestionError
from tests.policies.engine.batch.odd_rules import HEAD, INDIVIDUALS, catalogue_from, fact, item, rate, standard

CATALOGUE = load_catalogue()
DAY = 737_555  # 2020-05-10


def lone_claim(name="wx2020-01-inv", **table):
    return Population(
        tables=(LineTable(name, np.array([0]), **table),),
        item=np.array([0]),
        applicant=np.array([1]),
        kind=np.array([0]),
        region=np.array([-1]),
        on=np.array([DAY]),
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": np.array([len(KINDS)])}, "kind"),
        ({"region": np.array([0])}, "region"),
        ({"on": np.array([0])}, "on"),
        ({"on": np.array([1.5])}, "whole numbers"),
        ({"applicant": np.array([1, 2])}, "2 values for 1"),
        ({"paid": {"pocket": np.array([1])}}, "no ledger"),
        ({"paid": {"lifetime": np.array([-1])}}, "lifetime"),
        ({"unmet": np.array([0])}, "unmet"),
        ({"readings": np.array([0])}, "readings"),
        ({"readings": np.array([-1, -1])}, "2 values for 1"),
        ({"rank": np.array([-1])}, "rank"),
        ({"times_before": {"": np.array([1_000_001])}}, "times_before"),
        ({"tables": (LineTable("wx2020-01-inv", np.array([], dtype=np.int64)),)}, "has no line"),
        ({"tables": (LineTable("wx2020-01-inv", np.zeros(5_001, dtype=np.int64)),)}, "more than 5000 lines"),
        ({"tables": (LineTable("wx2020-01-inv", np.array([0])),) * 2}, "two tables"),
    ],
)  # fmt: skip
def test_claims_that_no_question_could_state_are_refused(change, words):
    with pytest.raises(PopulationError, match=words):
        simulate(CATALOGUE, replace(lone_claim(), **change))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"count": np.array([0])}, "count"),
        ({"subject": np.array([-2])}, "subject"),
        ({"paid": {"project": np.array([-1])}}, "paid.project"),
        ({"columns": {"fees": Column(np.array([1, 2]))}}, "2 values"),
        ({"columns": {"fees": Column(np.array([0.5]))}}, "whole numbers"),
        ({"columns": {"fees": Column(np.array([10**14 + 1]))}}, "fees"),
        ({"columns": {"fees": Column(np.array([-1]))}}, "fees"),
        ({"columns": {"granted_on": Column(np.array([0]))}}, "granted_on"),
        ({"columns": {"patent_kind": Column(np.array([1]), words=("invention",))}}, "patent_kind"),
        ({"rows": {"interest_payments": Rows(np.array([0, 2]), np.array([1]), np.array([1]))}}, "rows"),
        ({"rows": {"interest_payments": Rows(np.array([0, 1]), np.array([-1]), np.array([1]))}}, "amount"),
    ],
)
def test_lines_that_no_question_could_state_are_refused(table, words):
    name = "lyg-08-loan" if "rows" in table else "wx2020-01-inv"

    with pytest.raises(PopulationError, match=words):
        simulate(CATALOGUE, lone_claim(name, **table))


def test_lines_have_to_stand_in_the_order_of_their_claims():
    two = Population(
        tables=(LineTable("wx2020-01-inv", np.array([1, 0])),),
        item=np.zeros(2, dtype=np.int8),
        applicant=np.zeros(2, dtype=np.int8),
        kind=np.zeros(2, dtype=np.int8),
        region=np.zeros(2, dtype=np.int8) - 1,
        on=np.full(2, DAY),
    )

    with pytest.raises(PopulationError, match="order"):
        simulate(CATALOGUE, two)


def test_unknown_items_and_settings_are_refused():
    with pytest.raises(KeyError):
        simulate(CATALOGUE, lone_claim("nothing"))
    with pytest.raises(QuestionError):
        simulate(CATALOGUE, lone_claim(), settings={"nothing": True})


@pytest.mark.parametrize("count", [1, 10_000])
def test_the_largest_sums_are_answered_to_the_fen(count):
    rules = catalogue_from((HEAD, [item("odd-1", [rate("99.999999999999%", "fees")])]))
    fees = Column(np.array([10**14]))
    answer = simulate(rules, lone_claim("odd-1", count=np.array([count]), columns={"fees": fees}))
    question = next(questions(rules, lone_claim("odd-1", count=np.array([count]), columns={"fees": fees})))

    assert answer.total == assess(rules, question).amount > 0


def test_a_sum_past_all_bounds_is_refused_and_not_wrapped_around():
    rules = catalogue_from((HEAD, [item("odd-1", [rate("100%", "fees")])]))
    claim = lone_claim("odd-1", count=np.array([1_000_000]), columns={"fees": Column(np.array([10**14]))})

    with pytest.raises(PopulationError, match="passes"):
        simulate(rules, claim)


# Rules that the scalar engine answers, if at all, in a way that columns cannot follow.
UNSUPPORTED = {
    "words of a subject": item("odd-1", [standard()], conditions=[{"field": "patent_no", "in": ["1"]}]),
    "a sum not after a day": item("odd-1", [standard()], conditions=[{"field": "fees", "not_after_field": "drawn_on"}]),
    "an odd ledger": item("odd-1", [standard()], limits=[{"yuan": "1", "per": ["applicant"], "ledger": "project"}]),
    "two groups": item(
        "odd-1",
        [standard()],
        limits=[{"yuan": "1", "per": ["applicant"], "group": "a"}, {"yuan": "2", "per": ["applicant"], "group": "b"}],
    ),
    "projects taken off": item(
        "odd-1", [rate("1", "fees"), {"do": "cap_by", "fields": ["fees"], "less_ledger": "project"}]
    ),
    "another tier's ledger": item("odd-1", [standard()], limits=[{"absorbs": "odd-2", "ledger": "lifetime"}]),
    "a subject that is no text": item("odd-1", [standard()], subject="granted_on"),
    "a proposal in words": item("odd-1", [standard(), {"do": "propose", "field": "country"}]),
    "many rows added": item(
        "odd-1",
        [rate("1", *(f"rows{n}" for n in range(5)))],
        facts=[fact(f"rows{n}", "rows", columns={"amount": {"label": "金额", "type": "money"}}) for n in range(5)],
    ),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_a_rule_that_cannot_be_followed_is_said_and_not_guessed(name):
    rules = catalogue_from((HEAD, [UNSUPPORTED[name], item("odd-2", [standard()])]))

    with pytest.raises(UnsupportedRuleError, match="odd-1"):
        simulate(rules, lone_claim("odd-1"))


def test_one_offs_and_places_of_a_group_are_counted_one_way():
    ways = ([{"once": "g", "per": ["subject"]}], [{"once": "g", "per": ["applicant"]}])
    quota = [
        {"count": 2, "per": ["programme", "year"], "tally": tally, "group": "g"} for tally in ("lines", "applicants")
    ]
    for one, other in (ways, ([quota[0]], [quota[1]])):
        rules = catalogue_from(
            (HEAD, [item("odd-1", [standard()], limits=one), item("odd-2", [standard()], limits=other)])
        )
        with pytest.raises(UnsupportedRuleError, match="different ways"):
            simulate(rules, generate(rules, 8, seed=0))


def test_no_item_of_the_catalogue_is_beyond_the_vectorised_engine():
    population = generate(CATALOGUE, 279 * 40, seed=0)

    assert set(population.item_codes) == set(CATALOGUE.items)
    assert len(simulate(CATALOGUE, population)) == len(population)


def same(one, other):
    left, right = (list(questions(CATALOGUE, population)) for population in (one, other))
    return left == right


@pytest.mark.parametrize("edge", [False, True])
def test_the_same_arguments_make_the_same_claims(edge):
    one, other, third = (generate(CATALOGUE, 400, seed=seed, edge=edge) for seed in (1, 1, 2))

    assert same(one, other)
    assert not same(one, third)


def test_claims_are_filed_in_the_order_of_their_days():
    population = generate(CATALOGUE, 2_000, seed=1)

    assert (np.diff(population.on) >= 0).all()


def test_a_larger_take_up_files_the_same_claims_and_more():
    whole, some, few = (
        Counter(map(str, questions(CATALOGUE, generate(CATALOGUE, 1_000, seed=1, take_up=share))))
        for share in (100, 60, 25)
    )

    assert few <= some <= whole
    assert 200 < few.total() < 300
    assert 550 < some.total() < 650
    assert whole.total() == 1_000


def test_a_city_has_many_applicants_with_few_claims_and_a_few_with_many():
    population = generate(CATALOGUE, 20_000, seed=1)
    claims = Counter(population.applicant.tolist())

    assert len(claims) > 4_000
    assert sorted(claims.values())[len(claims) // 2] <= 3
    assert max(claims.values()) > 20
    assert set(np.unique(population.size)) == {1, 2, 3, 4}


@pytest.mark.parametrize("size", [0, 1, 278])
def test_populations_of_any_size_are_made(size):
    population = generate(CATALOGUE, size, seed=1)

    assert len(population) == size
    assert len(simulate(CATALOGUE, population)) == size


def test_progress_is_reported_item_by_item_and_may_stop_the_work():
    population = generate(CATALOGUE, 3_000, seed=1)
    reported = []
    simulate(CATALOGUE, population, progress=lambda done, total: reported.append((done, total)))

    items = len(population.tables)
    assert [done for done, _ in reported] == sorted(done for done, _ in reported)
    assert reported[-1] == (items, items)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(CATALOGUE, population, progress=stop)


def test_totals_by_a_code_add_up_to_the_fen():
    population = generate(CATALOGUE, 5_000, seed=1)
    simulation = simulate(CATALOGUE, population)

    claims, payable, fen = simulation.totals_by(population.item, len(population.tables))

    assert claims.sum() == len(population)
    assert payable.sum() == simulation.having(Outcome.PAYABLE).sum()
    assert fen.sum() == simulation.total == simulation.amount.sum()
    assert sum(int(lines.sum()) for lines in simulation.line_amounts) >= simulation.total
    divided = simulation.divided
    assert (simulation.city + simulation.district)[divided].tolist() == simulation.amount[divided].tolist()
    assert sum(simulation.reason_counts().values()) == (simulation.reason >= 0).sum()


def test_conditions_without_facts_count_as_met_where_that_is_assumed():
    population = generate(CATALOGUE, 2_000, seed=7, edge=True)
    assumed = replace(population, assume=True)
    alone = simulate(CATALOGUE, assumed, ledger=False)

    answers = [assess(CATALOGUE, question) for question in questions(CATALOGUE, assumed)]
    assert [OUTCOME_CODES[code] for code in alone.outcome] == [answer.outcome for answer in answers]
    assert alone.amount.tolist() == [answer.amount or 0 for answer in answers]
    # What was left open without the assumption is settled with it.
    assert (alone.outcome != simulate(CATALOGUE, population, ledger=False).outcome).any()


def test_individuals_are_told_from_enterprises_by_their_kind():
    rules = catalogue_from(
        (HEAD, [item("odd-1", [standard(), {"do": "scale", "ratio": "1/2", "label": "个人", "only": INDIVIDUALS}])])
    )
    claims = replace(lone_claim("odd-1"), kind=np.array([KINDS.index("individual")]))

    assert simulate(rules, claims).total == 250_000
    assert simulate(rules, lone_claim("odd-1")).total == 500_000


def test_claims_under_readings_of_their_own_share_one_cap():
    rules = item(
        "odd-40-own-ratio",
        [{"do": "rate_of", "fields": ["fees"], "ratio_setting": "district_ratio", "nature": "ceiling"}],
        limits=[{"yuan": "1000", "per": ["applicant", "year"]}],
    )
    catalogue = catalogue_from((HEAD, [rules]))
    claims = Population(
        tables=(LineTable(rules["item"], np.arange(4), columns={"fees": Column(np.full(4, 100_000))}),),
        item=np.zeros(4, dtype=np.int64),
        applicant=np.array([1, 1, 1, 2]),
        kind=np.zeros(4, dtype=np.int64),
        region=np.full(4, -1),
        on=np.full(4, DAY),
        readings=np.array([0, 1, -1, 1]),
        reading_sets=({"district_ratio": "50%"}, {"district_ratio": "80%", "unknown": True}),
    )

    found = simulate(catalogue, claims, settings={"district_ratio": "10%"})
    alone = simulate(catalogue, claims, settings={"district_ratio": "10%"}, ledger=False)

    assert found.amount.tolist() == [50_000, 50_000, 0, 80_000]
    assert alone.amount.tolist() == [50_000, 80_000, 10_000, 80_000]
