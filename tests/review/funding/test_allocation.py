"""Sums shared out: `manage.py split` and `manage.py allocate`, against plain arithmetic on decimals."""

import io
import json
import sys
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.core.json_lines import answer_lines
from review.funding.allocation import AllocationError, Factor, allocate, split_claims
from review.funding.management.commands.allocate import shares_of
from review.funding.management.commands.split import split
from tests.cpu import cpu_limit

RATIOS = st.one_of(st.none(), st.fractions(min_value=0, max_value=1, max_denominator=1000))
CODES = st.text("0123456789", min_size=6, max_size=6)
CLAIMS = st.lists(st.tuples(st.integers(0, 10**12), RATIOS), max_size=12)


def run(command: str, text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[dict[str, Any]], int]:
    """The answers to lines of text, and the status."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    out, status = io.StringIO(), 0
    try:
        call_command(command, stdout=out)
    except SystemExit as stop:
        status = int(stop.code or 0)
    return [json.loads(line) for line in out.getvalue().splitlines()], status


@given(CLAIMS, st.one_of(st.none(), st.integers(0, 10**12)))
def test_parts_are_exact_below_every_ceiling_and_within_the_pool(
    claims: list[tuple[int, Fraction | None]], pool: int | None
) -> None:
    parts = split_claims(claims, pool)

    for (fen, ceiling), part in zip(claims, parts, strict=True):
        assert part.city + part.district == fen
        assert 0 <= part.city <= fen * (ceiling or 0)
    # The oracle: decimals cut down to the fen, none of the code's own arithmetic.
    uncut = [
        int((Decimal(fen) * c.numerator / c.denominator).to_integral_value(ROUND_FLOOR)) if c else 0
        for fen, c in claims
    ]
    whole = sum(uncut)
    assert sum(part.city for part in parts) == (whole if pool is None else min(whole, pool))
    if pool is not None and whole > pool:
        for part, wanted in zip(parts, uncut, strict=True):
            # Largest remainder never strays a whole fen from the exact proportion.
            assert abs(part.city * whole - pool * wanted) < whole


@given(CLAIMS, st.integers(0, 10**12), st.randoms())
def test_no_claim_gains_from_its_place_but_a_tie_of_one_fen(
    claims: list[tuple[int, Fraction | None]], pool: int, random: Any
) -> None:
    order = list(range(len(claims)))
    random.shuffle(order)

    parts = split_claims(claims, pool)
    shuffled = split_claims([claims[at] for at in order], pool)

    assert sum(part.city for part in parts) == sum(part.city for part in shuffled)
    for place, at in enumerate(order):
        assert abs(shuffled[place].city - parts[at].city) <= 1


def test_ties_of_a_small_pool_go_to_the_first_claim() -> None:
    half = Fraction(1, 2)

    assert [part.city for part in split_claims([(200, half), (200, half), (200, half)], 100)] == [34, 33, 33]


@given(
    st.integers(0, 10**13),
    st.dictionaries(CODES, st.lists(st.integers(0, 10**6), min_size=3, max_size=3), min_size=1, max_size=9),
    st.lists(st.integers(1, 100), min_size=3, max_size=3),
)
def test_shares_of_the_factor_method_follow_their_scores_and_add_up(
    pool: int, districts: dict[str, list[int]], weights: list[int]
) -> None:
    columns = list(zip(*districts.values(), strict=True))
    assume(any(any(column) for column in columns))
    factors = [
        Factor(f"f{at}", Fraction(weights[at], sum(weights)), {c: Fraction(v[at]) for c, v in districts.items()})
        for at in range(3)
    ]

    shares = allocate(pool, factors)

    assert list(shares) == sorted(districts)
    assert sum(shares.values()) == pool
    live = [at for at in range(3) if any(columns[at])]
    total_weight = sum(weights[at] for at in live)
    for code, values in districts.items():
        exact = sum(Fraction(pool * weights[at] * values[at], total_weight * sum(columns[at])) for at in live)
        assert abs(shares[code] - exact) < 1


def test_a_factor_that_is_zero_everywhere_leaves_its_weight_to_the_others_in_proportion() -> None:
    one = {"320205": Fraction(1), "320206": Fraction(3)}
    two = {"320205": Fraction(1), "320206": Fraction(1)}
    nothing = {"320205": Fraction(0), "320206": Fraction(0)}

    shares = allocate(
        100_00,
        [
            Factor("a", Fraction(3, 10), one),
            Factor("b", Fraction(1, 10), two),
            Factor("c", Fraction(6, 10), nothing),
        ],
    )

    assert shares == {"320205": 31_25, "320206": 68_75}


def test_ties_of_the_factor_method_go_to_the_lower_code() -> None:
    same = {"320213": Fraction(1), "320205": Fraction(1), "320206": Fraction(1)}

    assert allocate(100, [Factor("a", Fraction(1), same)]) == {"320205": 34, "320206": 33, "320213": 33}


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ([], "没有因素"),
        ([("a", "0.5", {"1": 1})], "之和应为 1（100%），现为 0.5（50%）"),
        ([("a", "1.5", {"1": 1}), ("b", "-0.5", {"1": 1})], "不能为负"),
        ([("a", "1", {"1": 0})], "均为零"),
        ([("a", "1", {"1": 1}), ("b", "0", {"2": 1})], "不一致"),
        ([("a", "1", {"1": -1, "2": 2})], "不能为负"),
        ([("a", "0", {"1": 1}), ("b", "1", {"1": 0})], "均为零"),
        ([("a", "0.5", {"1": 1}), ("a", "0.5", {"1": 1})], "重复"),
    ],
)
def test_factors_that_cannot_be_computed_with_are_refused(
    factors: list[tuple[str, str, dict[str, int]]], said: str
) -> None:
    made = [Factor(n, Fraction(w), {c: Fraction(v) for c, v in values.items()}) for n, w, values in factors]

    with pytest.raises(AllocationError, match=said):
        allocate(100, made)


def test_the_split_command_answers_line_by_line_and_names_what_it_cannot_read(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, status = run(
        "split",
        '{"claims": [{"id": "a", "amount": "3333.33", "city_ceiling": "60%"}], "city_pool": "1000.00"}\n'
        '{"id": 7, "claims": [{"id": "a", "amount": 10, "city_ceiling": null}], "city_pool": null}\n'
        '{"claims": [{"id": "a", "amount": "-1", "city_ceiling": "60%"}]}\n'
        '{"claims": [{"id": "a", "amount": "1", "city_ceiling": "160%"}]}\n'
        '{"claims": [{"id": "a", "amount": "1", "city_ceiling": null, "pool": "1"}]}\n'
        '{"claims": [{"id": "a", "amount": "1"}]}\n'
        '{"claims": [{"id": "a", "amount": "1", "city_ceiling": null}, '
        '{"id": "a", "amount": "1", "city_ceiling": null}]}\n'
        '{"claims": [], "claims": []}\n'
        "[]\n",
        monkeypatch,
    )

    assert status == 1
    assert answers[0] == {
        "claims": [{"id": "a", "city": "1000.00", "district": "2333.33"}],
        "city_total": "1000.00",
        "district_total": "2333.33",
    }
    assert (answers[1]["id"], answers[1]["city_total"], answers[1]["district_total"]) == (7, "0.00", "10.00")
    assert [answer.get("field") for answer in answers[2:]] == [
        "claims[0].amount",
        "claims[0].city_ceiling",
        "claims[0].pool",
        "claims[0].city_ceiling",
        "claims[1].id",
        "question",
        "question",
    ]


def test_the_allocate_command_answers_line_by_line_and_names_what_it_cannot_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers, status = run(
        "allocate",
        '{"pool": "1000000.00", "factors": [{"name": "grants", "weight": "0.6", '
        '"values": {"320206": "30", "320205": "10"}}, {"name": "b", "weight": 4e-1, "values": {"320205": 1e5, '
        '"320206": 1E+5}}]}\n'
        '{"pool": "x", "factors": []}\n'
        '{"pool": "1", "factors": [{"name": "a", "weight": "1", "values": {"320205": "x"}}]}\n'
        '{"pool": "1", "factors": [{"name": "a", "weight": "1", "values": {"320205": "1", "320205": "2"}}]}\n',
        monkeypatch,
    )

    assert status == 1
    assert answers[0] == {"shares": {"320205": "350000.00", "320206": "650000.00"}, "total": "1000000.00"}
    assert list(answers[0]["shares"]) == ["320205", "320206"]
    assert [answer["field"] for answer in answers[1:]] == ["pool", "factors[0].values.320205", "question"]


_ODD = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=4),
        st.sampled_from(["", " ", "-1", "1e3", "1.234", "0.01", "60%", "1/3", "1/0", "９", "1" * 40]),
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def _objects(**fields: Any) -> Any:
    """Objects in which each field is as given, odd or missing."""
    return st.fixed_dictionaries({}, optional={name: st.one_of(field, _ODD) for name, field in fields.items()})


_SUMS = st.sampled_from(["0", "0.01", "3333.33", 10, "1000000000000"])
_QUESTIONS = {
    "split": _objects(
        id=_ODD,
        claims=st.lists(_objects(id=st.sampled_from("abc"), amount=_SUMS, city_ceiling=st.just("60%")), max_size=3),
        city_pool=_SUMS,
    ),
    "allocate": _objects(
        pool=_SUMS,
        factors=st.lists(
            _objects(
                name=st.sampled_from("ab"),
                weight=st.sampled_from(["1", "0.5", "0", "1/3"]),
                values=st.dictionaries(st.sampled_from(["320205", "320206", ""]), st.one_of(_SUMS, _ODD), max_size=2),
            ),
            max_size=3,
        ),
    ),
}
_ANSWERS: dict[str, tuple[Any, str, str]] = {
    "split": (split, "claims", '{"claims": [{"id": "a", "amount": "1", "city_ceiling": "60%"}]}'),
    "allocate": (
        shares_of,
        "shares",
        '{"pool": "1", "factors": [{"name": "a", "weight": "1", "values": {"320205": "1"}}]}',
    ),
}


@pytest.mark.parametrize("command", list(_QUESTIONS))
@given(st.data())
def test_odd_questions_are_refused_by_field_and_line_and_the_next_is_answered(command: str, data: Any) -> None:
    odd = data.draw(_QUESTIONS[command])
    answer, kind, sound = _ANSWERS[command]

    (first, _), (second, is_answered) = answer_lines([json.dumps(odd), sound], answer, field="question")

    said = json.loads(first)
    assert kind in said or (said["line"] == 1 and said["error"].startswith(f"{said['field']}：") and said["field"])
    if kind in said and command == "allocate":
        assert sum(map(Decimal, said["shares"].values())) == Decimal(said["total"]) == Decimal(odd["pool"])
    elif kind in said:
        for claim, part in zip(odd["claims"], said["claims"], strict=True):
            assert Decimal(part["city"]) + Decimal(part["district"]) == Decimal(claim["amount"])
    assert is_answered
    assert kind in json.loads(second)


@pytest.mark.parametrize(
    ("command", "line", "field", "words"),
    [
        ("split", '{"claims": [{"id": "a", "amount": 1e999999999, "city_ceiling": 1}]}', "claims[0].amount", "4999.99"),
        ("split", '{"claims": [{"id": "a", "amount": 1.234, "city_ceiling": 1}]}', "claims[0].amount", "两位小数"),
        (
            "split",
            '{"claims": [{"id": "a", "amount": "1", "city_ceiling": "33.3333333333333%"}]}',
            "claims[0].city_ceiling",
            "小数最多写 12 位",
        ),
        (
            "split",
            '{"claims": [{"id": "a", "amount": "1", "city_ceiling": "六成"}]}',
            "claims[0].city_ceiling",
            '写成 "60%"',
        ),
        (
            "allocate",
            '{"pool": "1", "factors": [{"name": "a", "weight": "1", "values": {"1": "0.1234567890123"}}]}',
            "factors[0].values.1",
            "小数最多写 12 位",
        ),
        ("split", '{"claims": [], "city_pool": "-1"}', "city_pool", "负数"),
        ("split", '{"claims": [], "city_pool": "99999999999999999.99"}', "city_pool", "超过一万亿元"),
        ("allocate", '{"pool": null, "factors": []}', "pool", "4999.99"),
        (
            "allocate",
            '{"pool": "1", "factors": [{"name": "a", "weight": "0.3333", "values": {"1": "1"}}]}',
            "factors",
            "现为 0.3333",
        ),
        (
            "allocate",
            (
                '{"pool": "1", "factors": [{"name": "a", "weight": "0.5", "values": {"1": "1"}},'
                ' {"name": "b", "weight": "0.5", "values": {"2": "1"}}]}'
            ),
            "factors[1].values",
            "（1、2）",
        ),
        (
            "allocate",
            '{"pool": "1", "factors": [{"name": "a", "weight": "1", "values": {"1": "-1", "2": "2"}}]}',
            "factors[0].values.1",
            "负数",
        ),
        (
            "allocate",
            '{"pool": "1", "factors": [{"name": "a", "weight": "1", "values": {" ": "1"}}]}',
            "factors[0].values",
            "代码",
        ),
        ("rmb", "1e3", "amount", "5000"),
        ("rmb", "NaN", "amount", "5000"),
        ("rmb", "9" * 400, "amount", "位数过多"),
    ],
)
def test_error_says_where_and_what_to_write(
    command: str, line: str, field: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"\n{line}\n"))
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command(command, stdout=out)
    said = json.loads(out.getvalue())
    assert (said["field"], said["line"]) == (field, 2)
    assert words in said["error"]


def test_a_thousand_claims_and_a_hundred_districts_are_shared_at_once() -> None:
    claims = [(3_333_33 + at, Fraction(3, 5)) for at in range(1000)]
    factors = [
        Factor(str(n), Fraction(1, 5), {f"{320000 + c}": Fraction(c * n + 1) for c in range(100)}) for n in range(5)
    ]

    with cpu_limit(1):
        split_claims(claims, 100_000_000)
    with cpu_limit(0.2):
        allocate(10**12, factors)
