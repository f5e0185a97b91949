"""Filters of rows compose: whatever their order, the same rows count, and the trace accounts for those left out."""

from datetime import date, timedelta
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import assess
from policies.engine.batch import Column, LineTable, Population, Rows, simulate
from policies.engine.dates import add_months
from policies.engine.money import parse_yuan, yuan_plain
from tests.policies.engine.batch.odd_rules import HEAD, SINCE_EFFECT, WINDOW, catalogue_from, item, rate

SHORTER = {**WINDOW, "months": 3}
ORDERS = tuple(permutations((SINCE_EFFECT, WINDOW, SHORTER)))
IN_EFFECT = date(2020, 1, 1)
CATALOGUE = catalogue_from(
    (HEAD, [item(f"odd-{number}", [*order, rate("100%", "interest_payments")]) for number, order in enumerate(ORDERS)])
)

days = st.integers(-100, 450).map(lambda day: IN_EFFECT + timedelta(days=day))
payments = st.lists(st.tuples(days, st.integers(1, 10**8)), max_size=6)


def ask(number, drawn_on, paid):
    rows = [{"paid_on": day.isoformat(), "amount": yuan_plain(fen)} for day, fen in paid]
    line = {"granted_on": "2021-01-01", "drawn_on": drawn_on.isoformat(), "interest_payments": rows}
    question = {"item": f"odd-{number}", "on": "2021-01-01", "applicant": {"kind": "enterprise"}, "lines": [line]}
    return assess(CATALOGUE, question)


def left_out(answer):
    """Rows and fen that the filters of a trace left out."""
    filters = [entry[1][-2:] for entry in answer.entries if entry[0].code in ("WINDOW", "EVENT_DATE")]
    return sum(rows for rows, _ in filters), sum(fen for _, fen in filters)


@pytest.mark.parametrize("number", range(len(ORDERS)))
@given(drawn_on=days, paid=payments)
def test_the_same_rows_count_in_every_order_and_the_trace_adds_up(number, drawn_on, paid):
    last = add_months(drawn_on, 3)
    kept = [fen for day, fen in paid if max(drawn_on, IN_EFFECT) <= day <= last]

    answer = ask(number, drawn_on, paid)

    assert answer.amount == sum(kept)
    assert left_out(answer) == (len(paid) - len(kept), sum(fen for _, fen in paid) - sum(kept))


@given(st.lists(st.tuples(days, payments), min_size=1, max_size=8), st.sampled_from(range(len(ORDERS))))
def test_columns_leave_out_the_rows_that_claims_one_by_one_leave_out(claims, number):
    paid = [row for _, rows in claims for row in rows]
    every = np.arange(len(claims))
    on = np.full(len(claims), date(2021, 1, 1).toordinal())
    table = LineTable(
        item=f"odd-{number}",
        claim=every,
        columns={
            "granted_on": Column(on),
            "drawn_on": Column(np.array([drawn_on.toordinal() for drawn_on, _ in claims])),
        },
        rows={
            "interest_payments": Rows(
                starts=np.cumsum([0, *(len(rows) for _, rows in claims)]),
                amount=np.array([fen for _, fen in paid], dtype=np.int64),
                paid_on=np.array([day.toordinal() for day, _ in paid], dtype=np.int64),
            )
        },
    )
    population = Population(
        tables=(table,),
        item=np.zeros_like(every),
        applicant=every,
        kind=np.zeros_like(every),
        region=np.full_like(every, -1),
        on=on,
    )

    found = simulate(CATALOGUE, population, ledger=False)

    assert found.amount.tolist() == [ask(number, drawn_on, rows).amount for drawn_on, rows in claims]


def test_a_row_before_the_policy_and_a_row_outside_the_term_are_left_out_once_each():
    paid = [(date(2019, 12, 31), parse_yuan("1000")), (date(2021, 6, 1), parse_yuan("500"))]

    answers = [ask(number, date(2020, 1, 1), paid) for number in range(len(ORDERS))]

    assert {answer.amount for answer in answers} == {0}
    assert {left_out(answer) for answer in answers} == {(2, parse_yuan("1500"))}
