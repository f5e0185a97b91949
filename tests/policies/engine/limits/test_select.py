"""`select`, `select_share`: the highest scores get the places of a year; of equal scores the document says."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from policies.engine import amount_text, assess
from policies.engine.batch import OUTCOME_CODES, generate, questions, simulate
from policies.engine.buckets import Granted, bucket_entries, program_asked
from policies.engine.money import parse_number
from policies.engine.ranking import Candidate, placed
from review.whatif.population_builder import PopulationBuilder, StoredQuestion
from tests.policies.engine.batch.odd_rules import HEAD, PER, catalogue_from, fact, item, standard
from tests.policies.engine.operations.support import NAME, ask, catalogue_with, refused, rules_of

PER_DISTRICT = ("district", "year")
FACTS = [fact("panel_score", "number"), fact("turnover", "money")]
SELECT = {"select": 3, "per": PER["city"], "by": "panel_score", "ties": "none", "needed": "60"}
SHARE = {"select_share": "30%", "base": "ranked", "rounding": "down", "per": PER["city"], "by": "panel_score"}
SHARE |= {"ties": "none"}
RULES = {"facts": FACTS, "limits": [SELECT]}
TIES = ("none", "filed", "fact", "exceed")


@pytest.mark.parametrize(
    ("score", "rank", "yuan", "told"),
    [
        ("59.99", 1, 0, "panel_score 59.99，60 分以上方可入选"),
        ("60", 1, 5000, "排名第 1，入选"),
        ("99.99", 3, 5000, "排名第 3，入选"),
        ("99.99", 4, 0, "排名第 4，未入选"),
        (None, 3, 5000, "还没有panel_score，按入选测算"),
        ("60", None, 5000, "名次未定，按入选测算"),
    ],
)
def test_a_claim_needs_the_score_and_a_place(score, rank, yuan, told):
    stated = {} if score is None else {"panel_score": score}
    answer = ask([standard()], stated, asked={"rank": rank} if rank else {}, **RULES)
    assert (answer.amount or 0) == yuan * 100
    assert told in str([*answer.steps, *answer.reasons])


@pytest.mark.parametrize(
    ("rule", "rank", "ranked", "passes"),
    [
        ({}, 3, 10, True),
        ({}, 4, 10, False),
        ({}, 3, 13, True),
        ({}, 4, 13, False),
        ({}, 1, 3, False),
        ({"rounding": "up"}, 1, 3, True),
        ({"rounding": "up"}, 2, 4, True),
        ({"rounding": "up"}, 2, 3, False),
        ({"rounding": "half_up"}, 2, 5, True),
        ({"rounding": "half_up"}, 2, 4, False),
        ({"select_share": "1/3"}, 1, 3, True),
        ({"at_most": 2}, 2, 100, True),
        ({"at_most": 2}, 3, 100, False),
        ({}, 9, None, True),
        ({}, None, 1, True),
    ],
)
def test_a_share_of_those_that_are_ranked_has_places(rule, rank, ranked, passes):
    asked = {name: value for name, value in (("rank", rank), ("ranked", ranked)) if value}
    answer = ask([standard()], {"panel_score": 70}, facts=FACTS, limits=[{**SHARE, **rule}], asked=asked)

    assert bool(answer.amount) is passes
    if not passes:
        assert f"（{ranked} 个参加排名，" in str(answer.reasons)


SCORES = [90, 80, 80, 80, 70, None]


@pytest.mark.parametrize(
    ("ties", "places"),
    [
        ("none", [1, 4, 4, 4, 5, 6]),
        ("exceed", [1, 2, 2, 2, 5, 6]),
        ("filed", [1, 3, 2, 4, 5, 6]),
        ("fact", [1, 4, 3, 2, 5, 6]),
    ],
)
def test_equal_scores_are_placed_as_the_document_says(ties, places):
    filed, turnover = [1, 3, 2, 4, 5, 0], [0, 5, 5, 9, 0, 0]
    candidates = [Candidate(*one) for one in zip(SCORES, filed, turnover, strict=True)]
    assert [one.place for one in placed(candidates, ties)] == places
    if ties in ("none", "exceed"):
        assert [one.rank for one in placed(candidates, ties)] == [1, 2, 2, 2, 5, 6]


def best_by_hand(found, ties, count):
    """The claims of one bucket that pass: taken one after the other, the equals of the last looked at by hand."""
    scores = {claim: scored[0] for claim, scored in found.items()}
    passed = set()
    for claim, (score, turnover) in found.items():
        before = [other for other in found if scores[other] > score]
        equal = [other for other in found if scores[other] == score]
        if ties == "fact":
            before += [one for one in equal if (-found[one][1], one) < (-turnover, claim)]
        elif ties == "filed":
            before += [one for one in equal if one < claim]
        elif ties == "none":
            before += [one for one in equal if one != claim]
        if len(before) < count:
            passed.add(claim)
    return passed


def highest(question, name):
    stated = [parse_number(line[name]) for line in question["lines"] if line.get(name, "未统计") != "未统计"]
    return max(stated, default=-1)


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("per", ["city", "district"])
@pytest.mark.parametrize(
    "how",
    [
        {"select": 4},
        {"select_share": "30%"},
        {"select_share": "30%", "base": "reached", "at_most": 9},
        {"rank_sums": {"1": "900", "3": "500", "4": "100.01"}},
        {"share_sums": {"10%": "900", "25%": "500", "30%": "100.01"}, "base": "reached"},
    ],
)
def test_a_simulation_selects_the_best_of_each_year_before_it_pays(ties, per, how):
    """The oracle ranks the claims that get something alone, and asks each again with its place."""
    common = {"by": "panel_score", "needed": "60"}
    is_share = "select_share" in how or "share_sums" in how
    common |= {"base": "ranked", "rounding": "half_up"} if is_share else {}
    rule = {**common, **how, "per": PER[per], "ties": ties} | ({"then": "turnover"} if ties == "fact" else {})
    catalogue = catalogue_with([standard()], facts=FACTS, limits=[rule, {"yuan": "9000", "per": PER["applicant"]}])
    population = generate(catalogue, 240, seed=5, edge=True)
    asked = list(questions(catalogue, population))
    years = population.years().tolist()
    pools, short = defaultdict(dict), defaultdict(int)
    for claim, question in enumerate(asked):
        answer = assess(catalogue, question)
        pool = years[claim], question["applicant"].get("region") if per == "district" else ""
        if answer.amount and not question.get("rank"):
            pools[pool][claim] = highest(question, "panel_score"), highest(question, "turnover")
        elif not question.get("rank"):
            short[pool] += "L0" in {note.code for note, *_ in answer.reason_entries}

    def ranked_in(pool):
        return len(pools[pool]) + (0 if "base" in how else short[pool])

    def places(pool):
        return min(round(ranked_in(pool) * 0.3 + 1e-9), how.get("at_most", 999)) if is_share else 4

    passed = {claim for pool, found in pools.items() for claim in best_by_hand(found, ties, places(pool))}
    rank = {claim: 999 for found in pools.values() for claim in found}
    among = {}
    for pool, found in pools.items():
        among |= dict.fromkeys(found, ranked_in(pool))
        for many in range(places(pool), 0, -1):
            rank |= dict.fromkeys(best_by_hand(found, ties, many), many)
    ranked = {claim for found in pools.values() for claim in found}
    had, expected = defaultdict(int), []
    for claim, question in enumerate(asked):
        applicant = int(population.applicant[claim])
        stated = question.get("paid", {})
        paid = {**stated, "lifetime": str(float(stated.get("lifetime", 0)) + had[applicant] / 100)}
        place = {} if question.get("rank") else {"rank": rank.get(claim, 1), "ranked": among.get(claim, 999)}
        answer = assess(catalogue, {**question, "paid": paid, **place})
        had[applicant] += answer.amount or 0
        expected.append((answer.outcome, answer.amount or 0))

    simulation = simulate(catalogue, population)
    outcomes = [OUTCOME_CODES[code] for code in simulation.outcome.tolist()]
    assert list(zip(outcomes, simulation.amount.tolist(), strict=True)) == expected
    assert ranked - passed
    assert any(use.taken < use.asked for use in simulation.quotas)


OF_DISTRICTS = {"select": 1, "districts": {"滨湖区": 2}, "per": PER["district"], "by": "panel_score", "ties": "filed"}


FIRST_COME = {"count": 1, "districts": {"滨湖区": 2}, "per": PER["district"], "tally": "lines"}


@pytest.mark.parametrize(
    ("rule", "paid", "told"),
    [
        (OF_DISTRICTS, [2, 3, 4], "各区每年按panel_score从高到低择优支持 1 个（滨湖区 2 个）"),
        (FIRST_COME, [0, 1, 2], "各区每年不超过 1 个名额（滨湖区 2 个）"),
        ({**FIRST_COME, "tally": "applicants"}, [0, 1, 2], "各区每年不超过 1 个名额（滨湖区 2 个）"),
    ],
)
def test_a_district_has_its_own_number_of_places_by_its_name(rule, paid, told):
    catalogue = catalogue_with([standard()], facts=FACTS, limits=[rule])
    builder = PopulationBuilder([catalogue])
    asked = [
        {"item": NAME, "on": "2021-01-01", "applicant": {"kind": "enterprise", "region": region}}
        | {"lines": [{"granted_on": "2021-01-01", "panel_score": score}]}
        for region, score in (("320211", 70), ("320205", 80), ("320211", 90), ("320205", 85), ("320211", 80))
    ]
    for number, question in enumerate(asked):
        builder.add(StoredQuestion(question, number))

    def alone(question, rank):
        answer = assess(catalogue, {**question, "rank": rank})
        stored = answer.as_dict()
        entries = bucket_entries(program_asked(catalogue, question), stored, [Granted("", answer.amount or 0)])
        return answer.amount or 0, {one.ceiling.times for one in entries if one.bucket.scope.per == PER_DISTRICT}

    found = simulate(catalogue, builder.build())

    assert np.flatnonzero(found.amount).tolist() == paid
    assert {(use.city, use.places, use.taken) for use in found.quotas} == {("320205", 1, 1), ("320211", 2, 2)}
    assert [alone(asked[0], rank) for rank in (2, 3)] == [(500000, {2}), (0, set())]
    assert [alone(asked[1], rank) for rank in (1, 2)] == [(500000, {1}), (0, set())]
    assert told in amount_text(catalogue.items[NAME][0])
    assert "not_by_district" in refused([standard()], facts=FACTS, limits=[rule | {"per": PER["city"]}])
    assert "no_district" in refused([standard()], facts=FACTS, limits=[rule | {"districts": {"滨河区": 2}}])


def test_equal_scores_pass_the_number_of_places_only_where_the_document_says_so():
    def ceilings(ties):
        catalogue = catalogue_with([standard()], facts=FACTS, limits=[{**SELECT, "ties": ties}])
        question = {"item": NAME, "on": "2021-01-01", "applicant": {"kind": "enterprise"}, "rank": 3}
        question["lines"] = [{"granted_on": "2021-01-01", "panel_score": "70"}]
        answer = assess(catalogue, question).as_dict()
        entries = bucket_entries(program_asked(catalogue, question), answer, [Granted("", 500000)])
        return {entry.ceiling.times for entry in entries}

    assert (ceilings("none"), ceilings("exceed")) == ({None, 3}, {None})


PRIZES = {"rank_sums": {"1": "4000", "3": "3000.01", "10": "1000"}, "per": PER["city"], "by": "panel_score"}
PRIZES |= {"ties": "filed"}


@pytest.mark.parametrize(
    ("rank", "fen"), [(None, 400000), (1, 400000), (2, 300001), (3, 300001), (4, 100000), (10, 100000), (11, 0)]
)
def test_a_prize_goes_by_the_rank(rank, fen):
    asked = {"rank": rank} if rank else {}
    answer = ask([standard()], {"panel_score": 70}, facts=FACTS, limits=[PRIZES], asked=asked)

    assert (answer.amount or 0) == fen
    told = amount_text(rules_of([standard()], facts=FACTS, limits=[PRIZES]))
    assert "第 1 名 4,000.00 元，第 2 至 3 名 3,000.01 元，第 4 至 10 名 1,000.00 元" in told
    for wrong in ("0", "1.5"):
        assert "not_a_rank" in refused([standard()], facts=FACTS, limits=[{**PRIZES, "rank_sums": {wrong: "1"}}])


GRADES = {"share_sums": {"20%": "4000", "50%": "3000.01", "100%": "1000"}, "base": "ranked", "rounding": "down"}
GRADES |= {"per": PER["city"], "by": "panel_score", "ties": "none"}


@pytest.mark.parametrize(
    ("rank", "ranked", "fen"),
    [(None, None, 400000), (2, None, 400000), (2, 10, 400000), (3, 10, 300001), (5, 11, 300001), (6, 11, 100000)],
)
def test_a_grade_goes_by_the_share_of_those_ranked(rank, ranked, fen):
    asked = {name: value for name, value in (("rank", rank), ("ranked", ranked)) if value}
    answer = ask([standard()], {"panel_score": 70}, facts=FACTS, limits=[GRADES], asked=asked)

    assert (answer.amount or 0) == fen
    told = amount_text(rules_of([standard()], facts=FACTS, limits=[GRADES]))
    assert "前 20% 4,000.00 元，前 50% 3,000.01 元，前 100% 1,000.00 元（不足一个的舍去）" in told
    for wrong in ("0", "101%"):
        assert "not_a_share" in refused([standard()], facts=FACTS, limits=[{**GRADES, "share_sums": {wrong: "1"}}])


def test_it_is_told_and_a_nonsense_rule_is_refused():
    rule = {**SELECT, "ties": "fact", "then": "turnover"}
    told = amount_text(rules_of([standard()], facts=FACTS, limits=[rule]))
    assert "每年按panel_score从高到低择优支持 3 个，60 分以上方可入选；同分的，turnover高者在前" in told
    for wrong, code in (
        ({"per": PER["applicant"]}, "not_shared_by_all"),
        ({"ties": "fact"}, "tie_fact"),
        ({"then": "turnover"}, "tie_fact"),
        ({"by": "granted_on"}, "not_a_score"),
    ):
        assert code in refused([standard()], facts=FACTS, limits=[{**SELECT, **wrong}])
    places = {"count": 2, "per": PER["city"], "tally": "lines"}
    assert "limit_twice" in refused([standard()], facts=FACTS, limits=[SELECT, places])


def test_items_of_a_group_are_ranked_together():
    rule = {**SELECT, "select": 1, "group": "g", "ties": "filed"}
    catalogue = catalogue_from((HEAD, [item(f"odd-{n}", [standard()], facts=FACTS, limits=[rule]) for n in (97, 98)]))
    simulation = simulate(catalogue, replace(generate(catalogue, 200, seed=2), rank=None))
    assert {use.taken for use in simulation.quotas} == {0, 1}
