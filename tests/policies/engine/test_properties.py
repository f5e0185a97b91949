"""Properties that hold for every claim, whoever draws it."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policies.engine import Outcome, assess, canonical_json, load_catalogue
from policies.engine.money import parse_yuan, yuan_plain, yuan_text
from portal.core.money import format_yuan, to_fen, to_yuan

ARTICLE_ONE = ("wx2020-01-inv", "wx2020-01-design", "wx2020-01-pct", "wx2020-01-madrid")
STANDARD = {"wx2020-01-inv": 500000, "wx2020-01-design": 50000, "wx2020-01-pct": 5000000, "wx2020-01-madrid": 1000000}
KINDS = ("enterprise", "institution", "university", "individual")

fen = st.integers(min_value=0, max_value=10**9) | st.sampled_from([1, 2, 49999, 50000, 50001, 499999, 500000, 500001])
articles = st.sampled_from(ARTICLE_ONE)
kinds = st.sampled_from(KINDS)


def ask(item: str, lines: list[dict[str, Any]], **rest: Any) -> Any:
    question = {"item": item, "on": "2021-05-10", "applicant": {"kind": "enterprise"}, "lines": lines, **rest}
    return assess(load_catalogue(), question)


def interest(amount: int, paid_on: str = "2024-09-21") -> dict[str, Any]:
    return {"paid_on": paid_on, "amount": yuan_plain(amount)}


@given(fen)
def test_money_is_read_back_as_it_was_written_and_the_pages_write_it_alike(amount: int) -> None:
    assert parse_yuan(yuan_plain(amount)) == to_fen(yuan_plain(amount)) == amount
    assert yuan_plain(amount) == str(to_yuan(amount))
    assert yuan_text(amount) == format_yuan(to_yuan(amount))


@given(articles, kinds, st.lists(st.tuples(fen, st.integers(1, 50)), min_size=1, max_size=6))
def test_no_right_gets_more_than_its_standard_or_its_fees(item: str, kind: str, drawn: list[tuple[int, int]]) -> None:
    lines = [{"fees": yuan_plain(fees), "count": count} for fees, count in drawn]
    answer = ask(item, lines, applicant={"kind": kind})

    share = 2 if kind == "individual" else 1
    for line, (fees, count) in zip(answer.lines, drawn, strict=True):
        assert (line.amount or 0) == min(STANDARD[item], fees) // share * count


@given(articles, kinds, st.lists(fen, min_size=1, max_size=6))
def test_city_and_district_add_up_and_the_city_stays_within_sixty_per_cent(
    item: str, kind: str, drawn: list[int]
) -> None:
    answer = ask(item, [{"fees": yuan_plain(fees)} for fees in drawn], applicant={"kind": kind})

    assert answer.city + answer.district == answer.amount
    assert answer.city * 10 <= answer.amount * 6
    assert (answer.city + 1) * 10 > answer.amount * 6


@given(articles, kinds, st.lists(fen, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter_where_nothing_is_shared(
    item: str, kind: str, drawn: list[int], random: Any
) -> None:
    shuffled = list(drawn)
    random.shuffle(shuffled)

    one, other = (
        ask(item, [{"fees": yuan_plain(f)} for f in order], applicant={"kind": kind}) for order in (drawn, shuffled)
    )

    assert (one.amount, one.city, one.district) == (other.amount, other.city, other.district)


@given(st.lists(fen, min_size=1, max_size=8), st.randoms(use_true_random=False), fen)
def test_a_yearly_cap_holds_whatever_the_order_of_lines(drawn: list[int], random: Any, paid: int) -> None:
    shuffled = list(drawn)
    random.shuffle(shuffled)
    ledger = {"same_year": yuan_plain(paid)}

    one, other = (
        ask("lyg-08-ins", [{"premium": yuan_plain(f)} for f in order], on="2024-09-10", paid=ledger)
        for order in (drawn, shuffled)
    )

    assert one.amount == other.amount
    assert one.amount + paid <= max(5000000, paid)


@given(fen, fen)
def test_more_fees_never_mean_less_support(fees: int, more: int) -> None:
    one = ask("wx2020-01-inv", [{"fees": yuan_plain(fees)}])
    other = ask("wx2020-01-inv", [{"fees": yuan_plain(fees + more)}])

    assert other.amount >= one.amount


@given(fen, fen)
def test_more_paid_by_another_policy_never_means_more_support(fees: int, other: int) -> None:
    plain = ask("wx2020-01-inv", [{"fees": yuan_plain(fees)}])
    less = ask("wx2020-01-inv", [{"fees": yuan_plain(fees)}], paid={"other_policy": yuan_plain(other)})

    assert less.amount == max(plain.amount - other, 0)


@given(st.integers(0, 120), st.integers(1, 120))
def test_splitting_declarations_over_two_claims_changes_nothing(first: int, second: int) -> None:
    whole = ask("lyg-09-open", [{"count": first + second}], on="2024-09-10").amount
    before = ask("lyg-09-open", [{"count": first}], on="2024-09-10").amount if first else 0
    after = ask(
        "lyg-09-open", [{"count": second, "prior_count": first}], on="2024-09-10", paid={"lifetime": yuan_plain(before)}
    ).amount

    assert before + after == whole


@given(st.integers(0, 3), st.lists(fen, min_size=1, max_size=5), fen)
def test_the_loan_subsidy_keeps_its_ratio_its_year_and_its_times(times: int, drawn: list[int], paid: int) -> None:
    lines = [{"drawn_on": "2024-07-15", "interest_payments": [interest(f), interest(f, "2026-01-01")]} for f in drawn]
    answer = ask("lyg-08-loan", lines, on="2024-09-10", times_before=times, paid={"same_year": yuan_plain(paid)})

    expected = min(sum(f * 30 // 100 for f in drawn), max(20000000 - paid, 0))
    assert answer.amount == (expected if times < 2 else 0)


@given(st.integers(0, 10**9), fen)
def test_the_proposed_city_share_is_taken_up_to_the_ceiling_and_never_beyond(fees: int, wanted: int) -> None:
    answer = ask("wx2020-01-inv", [{"fees": yuan_plain(fees)}], city_requested=yuan_plain(wanted))
    free = ask("wx2020-01-inv", [{"fees": yuan_plain(fees)}])

    if free.amount and wanted <= free.city:
        assert (answer.city, answer.district) == (wanted, free.amount - wanted)
    else:
        assert answer.outcome is Outcome.REFUSED


@given(articles, kinds, st.lists(fen, min_size=1, max_size=3))
def test_replaying_a_question_gives_the_same_bytes(item: str, kind: str, drawn: list[int]) -> None:
    lines = [{"fees": yuan_plain(fees)} for fees in drawn]
    one = canonical_json(ask(item, lines, applicant={"kind": kind}).as_dict())
    other = canonical_json(ask(item, json.loads(json.dumps(lines)), applicant={"kind": kind}).as_dict())

    assert one.encode() == other.encode()


@given(st.lists(fen, min_size=1, max_size=4))
def test_the_steps_of_a_payable_line_end_in_its_amount(drawn: list[int]) -> None:
    answer = ask("wx2020-06-ins", [{"premium": yuan_plain(f)} for f in drawn])

    for line in answer.lines:
        if line.outcome is Outcome.PAYABLE:
            assert Decimal(line.steps[-1]["amount_after"]) * 100 == line.amount


def test_an_empty_line_is_answered_and_nothing_missing_is_read_as_zero() -> None:
    for item_id, (item, *_) in load_catalogue().items.items():
        day = item.effective_from.isoformat() if item.effective_from else "2024-09-10"
        answer = ask(item_id, [{}], on=day, applicant={"kind": item.beneficiaries[0]})

        if answer.outcome is Outcome.REFUSED:
            assert item.kind == "per_n_items", item_id
        elif answer.outcome is Outcome.UNDETERMINED:
            assert answer.missing, item_id
        else:
            needed = [fact for fact in item.facts if fact.needed and fact.type in ("money", "rows")]
            assert [fact.name for fact in needed if not optional(item, fact.name)] == [], item_id


def optional(item: Any, name: str) -> bool:
    """Whether a step asks for the fact only where there is one."""
    return any(name == step.get("field") for step in item.steps)
