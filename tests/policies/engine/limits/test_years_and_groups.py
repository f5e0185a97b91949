"""Limits of the last years (三年内累计), and of the companies of a group: one by one, in columns, and in words."""

import numpy as np
import pytest

from policies.engine import amount_text
from policies.engine.batch import simulate
from policies.engine.buckets import Granted, bucket_entries, buckets_asked
from policies.engine.columns.population import KINDS, LineTable, Population
from policies.engine.scopes import APPLICANT, GROUP_YEAR
from tests.policies.engine.batch.odd_rules import PER, standard
from tests.policies.engine.batch.support import differences
from tests.policies.engine.operations.support import NAME, ask, catalogue_with, refused, rules_of

STEPS = [standard("3000")]
THREE_YEARS = {"yuan": "5000", "per": PER["rolling"], "years": 3}
OF_GROUP = {"yuan": "5000", "per": PER["group_year"]}


def filed(days, limits, *, applicants=None, companies=None):
    """What one claim of 3,000 a day gets, filed by one applicant unless others are named; the engines agree."""
    catalogue, size = catalogue_with(STEPS, limits=limits), len(days)
    numbers = np.arange(size)
    population = Population(
        tables=(LineTable(item=NAME, claim=numbers.astype(np.int32), columns={}),),
        item=np.zeros(size, dtype=np.int16),
        applicant=np.array(applicants or [7] * size),
        kind=np.full(size, KINDS.index("enterprise"), dtype=np.int8),
        region=np.full(size, -1),
        on=np.array([np.datetime64(day).astype(int) + 719_163 for day in days]),
        companies=None if companies is None else np.array(companies),
    )
    simulation = simulate(catalogue, population)
    assert not list(differences(catalogue, population, simulation))
    return [int(fen) // 100 for fen in simulation.amount]


@pytest.mark.parametrize(("stated", "yuan"), [("0", 3000), ("2000", 3000), ("2000.01", 2999.99), ("5000", 0)])
def test_what_was_paid_in_the_last_years_leaves_the_rest(stated, yuan):
    answer = ask(STEPS, limits=[THREE_YEARS], asked={"paid": {"rolling": stated}})
    assert (answer.amount or 0) == round(yuan * 100)


def test_a_sum_goes_out_of_the_window_on_the_same_day_so_many_years_later():
    days = ("2021-03-01", "2021-03-02", "2024-02-29", "2024-03-01", "2024-03-02")
    assert filed(days, [THREE_YEARS]) == [3000, 2000, 0, 3000, 2000]
    assert filed(days, [{"count": 1, "per": PER["rolling"], "years": 3, "tally": "paid"}]) == [3000, 0, 0, 3000, 0]


def test_companies_of_a_group_share_what_one_alone_has_for_itself():
    days = ("2021-03-01", "2021-04-01", "2021-05-01", "2021-06-01", "2022-01-01")
    given = {"applicants": [1, 2, 1, 3, 2], "companies": [5, 5, 5, -1, 5]}
    assert filed(days, [OF_GROUP], **given) == [3000, 2000, 0, 3000, 3000]
    assert filed(days, [{"yuan": "6500", "per": PER["group"]}], **given) == [3000, 3000, 500, 3000, 0]


def test_the_last_years_are_kept_in_the_applicants_bucket_and_a_group_has_its_own():
    program = catalogue_with(STEPS, limits=[THREE_YEARS, {**OF_GROUP, "group": "odd-g"}]).program(
        rules_of(STEPS, limits=[THREE_YEARS, {**OF_GROUP, "group": "odd-g"}]), {}
    )
    answer = ask(STEPS, limits=[THREE_YEARS, {**OF_GROUP, "group": "odd-g"}]).as_dict()
    found = {(one.bucket.scope, one.bucket.base): one for one in bucket_entries(program, answer, [Granted("", 300000)])}
    kept = found[APPLICANT, NAME]
    assert (kept.ceiling.fen, [(scope.years, most.fen) for scope, most in kept.windows]) == (None, [(3, 500000)])
    assert found[GROUP_YEAR, "odd-g"].ceiling.fen == 500000
    [asked] = buckets_asked(program, [])["rolling"]
    assert (asked.scope.years, asked.base) == (3, NAME)


def test_they_are_told_and_years_belong_to_the_last_years_alone():
    words = amount_text(rules_of(STEPS, limits=[THREE_YEARS, OF_GROUP]))
    assert "同一主体近 3 年最高 5,000.00 元" in words
    assert "同一集团每年最高 5,000.00 元" in words
    for limit in ({**OF_GROUP, "years": 3}, {"yuan": "1", "per": PER["rolling"]}):
        assert refused(STEPS, limits=[limit]) == {"years_of_scope": f"{NAME}.limits[0].years"}
