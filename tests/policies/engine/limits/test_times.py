"""`count` of times: of an applicant in a year and in all side by side, and of each right for itself."""

import pytest

from applications.ledger.keys import Party, bucket_key
from policies.engine import Outcome, assess
from policies.engine.batch import questions, simulate
from policies.engine.buckets import Granted, bucket_entries, buckets_asked, program_asked
from review.whatif.population_builder import PopulationBuilder, StoredQuestion
from tests.policies.engine.batch.odd_rules import PER, fact, standard
from tests.policies.engine.operations.support import (
    NAME,
    ask,
    catalogue_with,
    columns_differ,
    refused,
    rules_of,
    spoken,
)

STEPS = [standard("1000")]
BY_DECISIONS = {"count": 5, "per": PER["subject"], "tally": "paid"}
YEARLY = {"count": 2, "per": PER["year"], "tally": "paid"}
IN_ALL = {"count": 5, "per": PER["applicant"], "tally": "lines"}
AGAIN = {"subject_rule": "flag"}
FIVE_COUNTRIES = {"count": 5, "per": PER["subject"], "tally": "lines"}


def of_right(name, *times):
    return [{"patent_no": name, "country": f"C{at}"} for at in range(*times)]


@pytest.mark.parametrize(
    ("year", "in_all", "paid"),
    [(1, 4, 1000), (2, 4, 0), (0, 5, 0), (0, 3, 2000), (0, 4, 1000)],
)
def test_a_number_of_each_year_stands_beside_one_of_all(year, in_all, paid):
    asked = {"times_before": {"same_year": year, "lifetime": in_all}}
    answer = ask(STEPS, {"patent_no": "A"}, {"patent_no": "B"}, limits=[YEARLY, IN_ALL], asked=asked)

    assert (answer.amount or 0) == paid * 100


@pytest.mark.parametrize(("before", "paid"), [(0, 5000), (4, 1000), (5, 0), (6, 0)])
def test_a_right_is_supported_in_five_countries_whatever_others_had(before, paid):
    lines = [*of_right("A", 6), *of_right("B", 1)]
    answer = ask(STEPS, *lines, limits=[FIVE_COUNTRIES], **AGAIN, asked={"times_before": {"project": {"A": before}}})

    assert answer.amount == (paid + 1000) * 100
    assert answer.lines[-2].outcome is Outcome.REFUSED
    assert "每件最多支持 5 次，本次只计 0 项" in answer.as_dict()["reasons"][-1]["text"]


def test_equal_ones_without_a_name_are_so_many_rights():
    assert ask(STEPS, {"count": 7}, limits=[FIVE_COUNTRIES], **AGAIN).amount == 700000


def test_columns_count_rights_and_years_the_same():
    facts = [fact("office", "text")]
    for limits in ([FIVE_COUNTRIES | {"count": 1}], [YEARLY, IN_ALL], [YEARLY, FIVE_COUNTRIES | {"count": 2}]):
        assert not columns_differ(STEPS, limits=limits, facts=facts, **AGAIN)


def test_columns_count_what_each_right_of_a_claim_had_before():
    catalogue = catalogue_with(STEPS, limits=[FIVE_COUNTRIES], facts=[fact("country", "text")], **AGAIN)
    asked = {"item": NAME, "on": "2021-01-01", "applicant": {"kind": "enterprise"}}
    lines = [{"granted_on": "2021-01-01", **line} for line in [*of_right("A", 3), *of_right("B", 3), {}]]
    builder, told = PopulationBuilder([catalogue], bring_ledger=True), []
    for times in ({"project": {"A": 4}}, {"project": {"A": 5, "B": 1, f"{NAME}#7": 5}}, {"project": 4}, 5, 0):
        told.append(asked | {"lines": lines, "times_before": times})
        builder.add(StoredQuestion(told[-1], 1))
    population = builder.build()

    found = simulate(catalogue, population, ledger=False)

    assert found.amount.tolist() == [assess(catalogue, question).amount or 0 for question in told]
    assert found.amount.tolist() == [500000, 300000, 300000, 0, 700000]
    assert [assess(catalogue, question).amount or 0 for question in questions(catalogue, population)] == [
        *found.amount.tolist()
    ]


@pytest.mark.parametrize(("before", "paid"), [(0, 2000), (1, 1000), (2, 0)])
def test_a_right_is_supported_so_often_a_year(before, paid):
    asked = {"times_before": {"project_year": {"A": before}, "project": {"A": 3}}}
    lines, limits = of_right("A", 3), [FIVE_COUNTRIES, FIVE_COUNTRIES | {"count": 2, "per": PER["subject_year"]}]
    answer = ask(STEPS, *lines, limits=limits, **AGAIN, asked=asked)

    assert (answer.amount or 0) == paid * 100
    assert "每件每年最多支持 2 次" in spoken(STEPS, limits=limits, **AGAIN)[0]


@pytest.mark.parametrize(("paid", "left"), [("1499.99", 1), ("1500", 0), ("0", 100000)])
def test_a_right_gets_so_much_a_year_in_its_own_bucket_of_each(paid, left):
    limits = [{"yuan": "1500", "per": PER["subject_year"]}]
    asked = {"paid": {"project_year": {"A": paid}, "project": {"A": "9999"}}}
    answer = ask(STEPS, *of_right("A", 1), *of_right("B", 1), limits=limits, asked=asked)

    assert [line.amount or 0 for line in answer.lines] == [left, 100000]
    question = {"item": NAME, "on": "2021-01-01", "applicant": {"kind": "enterprise"}}
    program = program_asked(catalogue_with(STEPS, limits=limits), question)
    entries = bucket_entries(program, answer.as_dict(), [Granted("A", left and 1), Granted("B", 100000)])
    keys = [bucket_key(one.bucket, Party(7, "320200", 2021)) for one in entries if one.ceiling.fen]
    assert keys == [f"{NAME}|subject={name}|year=2021" for name in ("AB" if left else "B")]


def test_each_right_enters_as_often_as_it_was_paid():
    limits = [FIVE_COUNTRIES, YEARLY]
    rules = rules_of(STEPS, limits=limits, **AGAIN)
    program = catalogue_with(STEPS, limits=limits, **AGAIN).program(rules, {})
    lines = [{"granted_on": "2021-01-01", **line} for line in [*of_right("A", 2), *of_right("B", 1)]]
    question = {"item": rules.id, "on": "2021-01-01", "applicant": {"kind": "enterprise"}, "lines": lines}
    answer = assess(catalogue_with(STEPS, limits=limits, **AGAIN), question).as_dict()

    entries = bucket_entries(program, answer, [Granted(name, 100000) for name in ("A", "A", "B")])

    times = {(one.bucket.scope.ledger, one.bucket.subject): (one.times, one.ceiling.times) for one in entries}
    assert times["project", "A"] == (2, 5)
    assert times["project", "B"] == (1, 5)
    assert times["same_year", ""] == (1, 2)
    assert {name for name in buckets_asked(program, ["A"]) if name.startswith("times:")} == {
        "times:project",
        "times:same_year",
    }


def test_times_of_a_right_are_told_and_counted_line_by_line():
    assert "每件最多支持 5 次" in spoken(STEPS, limits=[FIVE_COUNTRIES], **AGAIN)[0]
    assert refused(STEPS, limits=[BY_DECISIONS], **AGAIN) == {"wrong_tally": "odd-99.limits[0].tally"}
    assert "limit_twice" in refused(STEPS, limits=[YEARLY, {**YEARLY, "count": 3}])
    assert refused(STEPS, limits=[FIVE_COUNTRIES], subject_rule="refuse") == {"right_once": "odd-99.limits[0].per"}
