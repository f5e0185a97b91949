"""What a report says of its results: take-up, budgets, steps and words, exact to the fen."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.money import to_fen
from review.whatif.comparison import compared
from review.whatif.enums import ChangeKind, Source
from review.whatif.models import SimulationRun
from review.whatif.report import Report, shown_ids
from review.whatif.view_models import percent, signed


def sums(claims=1, amount=0, city=0):
    return [claims, claims, 0, 0, 0, amount, city, amount - city]


def results(**parts):
    found = {
        "total": ["total", sums(), sums()],
        "items": [],
        "regions": [],
        "sizes": [],
        "kinds": [],
        "calls": [],
        "years": [],
        "days": [],
        "quotas": [],
        "caps": [],
        "reasons": [],
        "names": {},
        "words": {"reasons": {}, "groups": {}},
        "changes": {"winners": [0, 0], "losers": [0, 0], "bounds": [-100, 0, 100], "spread": [[0, 0]] * 4},
    }
    return found | parts


def report(source=Source.STORED, movers=(), **parts):
    run = SimulationRun(
        change=ChangeKind.ITEM, source=source, scope={"documents": []}, results=results(**parts), movers=list(movers)
    )
    return Report(run, regions={"320211": "滨湖区"})


def of_items(*pairs, **given_parts):
    names = {f"i{n}": [f"事项{n}", "wx2020", "无锡"] for n in range(len(pairs))}
    items = [[f"i{n}", sums(amount=one), sums(amount=other)] for n, (one, other) in enumerate(pairs)]
    total = ["total", *(sums(len(pairs), sum(pair[side] for pair in pairs)) for side in (0, 1))]
    return report(items=items, names=names, total=total, **given_parts)


fen = st.integers(0, 10**13)


@given(st.lists(st.tuples(fen, fen), min_size=1, max_size=8), st.integers(0, 200))
def test_assumed_claims_stand_apart_and_are_cut_down_to_the_fen_item_by_item(pairs, per_cent):
    take_up = of_items(*pairs).take_up(per_cent)
    (_, stored), (_, assumed), (_, whole) = take_up.lines
    assert to_fen(stored.after) == sum(other for _, other in pairs)
    assert to_fen(assumed.after) == sum(other * per_cent // 100 for _, other in pairs)
    assert (whole.before, whole.after) == (stored.before + assumed.before, stored.after + assumed.after)


def test_a_sum_that_no_document_divides_is_said_apart_from_city_and_district():
    counts = dict.fromkeys(("unchanged", "newly_payable", "no_longer_payable"), 0)
    changes = {"winners": [1, 400], "losers": [0, 0]} | counts
    whole = report(total=["total", sums(amount=500), [1, 1, 0, 0, 0, 900, 300, 200]], changes=changes)
    assert (whole.total.before.undivided, whole.total.after.undivided) == (Decimal(0), Decimal(4))
    assert "，未规定市区分担的" in whole.verdict
    assert "未规定" not in report(changes=changes).verdict


def test_a_made_population_is_scaled_and_nothing_is_added_to_it():
    take_up = of_items((1000, 333), source=Source.GENERATED).take_up(50)
    (_, computed), (_, scaled) = take_up.lines
    assert (computed.after, scaled.before, scaled.after) == (Decimal("3.33"), Decimal("5.00"), Decimal("1.66"))


@pytest.mark.parametrize(
    ("budget", "out_on"),
    [("30.00", None), ("29.99", date(2021, 3, 1)), ("20.00", date(2021, 3, 1)), ("9.99", date(2021, 1, 5))],
)
def test_a_budget_runs_out_on_the_first_day_on_which_it_does_not_suffice(budget, out_on):
    days = [[day.toordinal(), 0, 1000] for day in (date(2021, 1, 5), date(2021, 2, 1), date(2021, 3, 1))]
    (year,) = report(days=days).budget_years(Decimal(budget))
    assert (year.after.out_on, year.after.left) == (out_on, Decimal(budget) - Decimal("30.00"))
    assert (year.before.out_on, year.before.left) == (None, Decimal(budget))


def test_each_year_has_a_budget_of_its_own():
    days = [[date(2021, 12, 31).toordinal(), 900, 900], [date(2022, 1, 1).toordinal(), 900, 900]]
    years = report(days=days).budget_years(Decimal("10.00"))
    assert [(one.year, one.before.out_on) for one in years] == [(2021, None), (2022, None)]


def test_without_a_budget_nothing_is_said_of_it():
    assert report(days=[[737_000, 1, 1]]).budget_years(None) == []


@pytest.mark.parametrize(
    ("change", "base", "words"),
    [
        ("5", "100", "+5.0%"),
        ("-5", "100", "-5.0%"),
        ("0.05", "100", "+0.1%"),
        ("-0.04", "100", "不足 0.1%"),
        ("0", "100", "0.0%"),
        ("5", "0", "—"),
    ],
)
def test_a_change_is_said_in_per_cent_of_what_it_was(change, base, words):
    assert percent(Decimal(change), Decimal(base)) == words


def test_a_change_carries_its_sign():
    assert [signed(Decimal(text)) for text in ("1234.5", "-0.01", "0")] == ["+1,234.50", "-0.01", "0.00"]


def test_steps_of_the_histogram_are_named_from_the_largest_gain_to_the_largest_loss():
    bounds = [-500_000, -100_000, 0, 100_000, 500_000]
    spread = [[1, -900_000], [1, -300_000], [1, -5], [1, 5], [1, 300_000], [1, 900_000]]
    changes = {"winners": [3, 0], "losers": [3, 0], "bounds": bounds, "spread": spread}
    found = report(changes=changes).spread
    assert [step.label for step in found] == [
        "增加超过 0.5 万元",
        "增加 0.1 万元至 0.5 万元",
        "增加 0.1 万元以内",
        "减少 0.1 万元以内",
        "减少 0.1 万元至 0.5 万元",
        "减少超过 0.5 万元",
    ]


def test_documents_are_the_sums_of_their_items():
    found = of_items((100, 50), (200, 250)).documents
    assert [(row.label, row.before.amount, row.after.amount) for row in found] == [
        ("无锡", Decimal("3.00"), Decimal("3.00"))
    ]


def test_districts_go_by_their_names_and_places_without_one_say_so():
    rows = [[key, sums(), sums()] for key in ("320211", "110000", "滨湖", "")]
    assert [row.label for row in report(regions=rows).districts] == ["滨湖区", "其他地区（110000）", "滨湖", "未填写"]


def test_reasons_are_said_in_words_and_what_changes_most_comes_first():
    names = {"i0": ["事项", "wx2020", "无锡"]}
    reasons = [["i0", "REGION", 9, 9], ["i0", "AWARDED", 1, 4]]
    words = {"reasons": {"i0|AWARDED": "获得中国专利奖"}, "groups": {}}
    found = report(names=names, reasons=reasons, words=words).reasons
    assert [(reason.words, reason.change) for reason in found] == [("获得中国专利奖", 3), ("不在适用地区", 0)]


def test_a_mover_whose_claim_the_reader_may_not_see_stays_without_number():
    names = {"i0": ["事项", "wx2020", "无锡"]}
    found = report(names=names, movers=[[7, "i0", 100, 0], [8, "i0", 0, 50]])
    (loser,), (winner,) = found.movers(gains=False), found.movers(gains=True)
    assert (loser.claim, loser.change, winner.change) == (None, Decimal("-1.00"), Decimal("0.50"))
    assert shown_ids(found.run) == [8, 7]
    assert shown_ids(report(source=Source.GENERATED, movers=[[1, "i0", 0, 1]]).run) == []


def test_two_runs_stand_side_by_side_and_what_one_lacks_is_empty():
    first, second = of_items((0, 100)), of_items((0, 300), (0, 50))
    parts = dict(compared(first, second))
    assert [row.change for row in parts["合计"]] == [Decimal("2.50")]
    missing = parts["按事项"][1]
    assert (missing.first, missing.second.amount, missing.change_text) == (None, Decimal("0.50"), "+0.50")
