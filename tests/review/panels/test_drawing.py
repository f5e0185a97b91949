"""The draw: by rule, by a kept seed, the same whenever it is repeated."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from review.panels.drawing import Candidate, draw

FIELDS = ("专利", "财务", "法律")


def candidate(number, *, fields=("专利",), employer=None, barred=""):
    return Candidate(f"k{number:03}", f"专家{number}", employer or f"单位{number}", tuple(fields), barred)


people = st.lists(
    st.tuples(st.sets(st.sampled_from(FIELDS), min_size=1), st.integers(0, 8), st.booleans()), max_size=15
).map(
    lambda rows: [
        candidate(n, fields=sorted(fields), employer=f"单位{employer}", barred="回避" if barred else "")
        for n, (fields, employer, barred) in enumerate(rows)
    ]
)


@given(people, st.integers(1, 6), st.dictionaries(st.sampled_from(FIELDS), st.integers(1, 2)), st.text(max_size=8))
def test_a_draw_keeps_the_rule_and_is_the_same_again_in_whatever_order_the_pool_comes(pool, size, needs, seed):
    drawn = draw(pool, seed=seed, size=size, needs=needs)
    assert drawn == draw(list(reversed(pool)), seed=seed, size=size, needs=needs)
    if drawn is None:
        return
    assert len(drawn) == size
    assert not any(one.barred for one in drawn)
    assert len({one.employer for one in drawn}) == size
    for field, number in needs.items():
        assert sum(field in one.fields for one in drawn) >= number


def test_the_order_of_chance_can_be_worked_out_by_hand():
    pool = [candidate(number) for number in range(8)]
    by_hand = sorted(pool, key=lambda one: hashlib.sha256(f"种子:{one.key}".encode()).hexdigest())
    assert draw(pool, seed="种子", size=3, needs={}) == by_hand[:3]


def test_a_replacement_is_the_next_in_the_order_who_fills_what_is_missing():
    pool = [candidate(number, fields=["财务"] if number == 5 else ["专利"]) for number in range(8)]
    first = draw(pool, seed="s", size=3, needs={"财务": 1})
    assert first is not None
    (fresh,) = draw(pool, seed="s", size=3, needs={"财务": 1}, seated=first[:2]) or []
    assert fresh == first[2]
    assert draw(pool[:2], seed="s", size=3, needs={}) is None
