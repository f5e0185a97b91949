"""Buckets: which a claim enters under which key, and which ceiling stands on which."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from applications.ledger import keys
from applications.ledger.keys import Ceiling, LimitUse
from policies.engine import assess
from policies.engine.assessment import BucketUse
from policies.engine.buckets import Granted, bucket_entries, buckets_asked, program_asked
from tests.applications.ledger.rules import PARTY, question, rules, taken
from tests.policies.engine.batch.odd_rules import item, standard

YEAR = {"yuan": "100", "per": ["applicant", "year"], "group": "heads"}
ONCE = {"once": "g", "per": ["applicant"]}


def by_key(*limits: dict[str, Any], amounts: tuple[tuple[str, str], ...]) -> dict[str, LimitUse]:
    return {use.key: use for use in taken(rules(*limits), *amounts)}


def ceilings(catalogue: Any, *amounts: tuple[str, str], **more: Any) -> dict[str, Ceiling]:
    return {use.key: use.ceiling for use in taken(catalogue, *amounts, **more) if use.ceiling != Ceiling()}


def asked_keys(catalogue: Any, *subjects: str, name: str = "odd-1", **more: Any) -> dict[str, list[str]]:
    program = program_asked(catalogue, question(("A", "1.00"), name=name, **more))
    return {
        asked: [keys.bucket_key(bucket, PARTY) for bucket in buckets]
        for asked, buckets in buckets_asked(program, subjects).items()
    }


def test_claim_enters_applicant_year_subject_and_right_without_any_limit():
    uses = by_key(amounts=(("A", "10.00"),))
    assert set(uses) == {
        "odd-1|applicant=7",
        "odd-1|applicant=7|year=2026",
        "odd-1|subject=A",
        "document:odd|right=A",
    }
    assert all(use.ceiling == Ceiling() for use in uses.values())


def test_the_stored_keys_of_every_scope_never_change():
    limits = (
        {"yuan": "9000", "per": ["subject"]},
        {"yuan": "9000", "per": ["applicant"]},
        {"yuan": "9000", "per": ["applicant", "year"]},
        {"yuan": "9000", "per": ["programme", "year"]},
        {"count": 9, "per": ["programme", "year"], "tally": "lines", "group": "odd-places"},
        ONCE,
    )
    assert set(by_key(*limits, amounts=(("A", "10.00"),))) == {
        "odd-1|subject=A",
        "odd-1|applicant=7",
        "odd-1|applicant=7|year=2026",
        "odd-1|city=320200|year=2026",
        "odd-places|city=320200|year=2026",
        "document:odd|right=A",
        "group:g|once|applicant=7",
    }


def test_a_bucket_is_called_by_item_scope_and_subject_or_year():
    labels = {use.key: use.label for use in taken(rules(ONCE), ("A", "10.00"))}
    assert labels == {
        "odd-1|applicant=7": "odd-1 · 该申报单位累计",
        "odd-1|applicant=7|year=2026": "odd-1 · 该申报单位本年度（2026）",
        "odd-1|subject=A": "odd-1 · 同一项目（权利、合同）累计（A）",
        "document:odd|right=A": "odd-1 · 同一权利在本政策下累计（A）",
        "group:g|once|applicant=7": "odd-1 · 同类一次性支持",
    }


def test_lines_of_one_claim_add_up_per_bucket_and_count_one_time():
    uses = by_key(amounts=(("A", "10.00"), ("B", "5.50"), ("A", "1.00")))
    assert (uses["odd-1|applicant=7"].amount, uses["odd-1|applicant=7"].times) == (Decimal("16.50"), 1)
    assert uses["odd-1|subject=A"].amount == Decimal("11.00")


def test_line_without_a_subject_enters_no_bucket_of_subjects():
    assert set(by_key(amounts=(("", "10.00"),))) == {"odd-1|applicant=7", "odd-1|applicant=7|year=2026"}


def test_line_without_a_sum_enters_nothing():
    assert by_key(ONCE, amounts=(("A", "0.00"),)) == {}


def test_limits_stand_on_the_bucket_they_are_counted_per():
    catalogue = rules(
        {"yuan": "500000", "per": ["subject"]},
        {"yuan": "200000", "per": ["applicant", "year"]},
        {"count": 2, "per": ["applicant"], "tally": "paid"},
        {"yuan": "1000000", "per": ["programme", "year"]},
    )
    assert ceilings(catalogue, ("A", "1.00"), ("B", "1.00")) == {
        "odd-1|subject=A": Ceiling(amount=Decimal(500000)),
        "odd-1|subject=B": Ceiling(amount=Decimal(500000)),
        "odd-1|applicant=7|year=2026": Ceiling(amount=Decimal(200000)),
        "odd-1|applicant=7": Ceiling(times=2),
        "odd-1|city=320200|year=2026": Ceiling(amount=Decimal(1000000)),
    }


def test_limit_shared_by_several_items_has_one_bucket_and_is_asked_there():
    shared = {"heads|applicant=7|year=2026": Ceiling(amount=Decimal(100))}
    for name in ("odd-1", "odd-2"):
        catalogue = rules(YEAR, name=name)
        assert ceilings(catalogue, ("A", "1.00"), name=name) == shared
        assert asked_keys(catalogue, name=name)["same_year"] == list(shared)


def test_one_off_of_a_group_is_a_ceiling_of_one_time():
    # Of a claim's lines in one group the highest is paid.
    asked = question(("A", "2.00"), ("B", "1.00"))
    catalogue = rules(ONCE)
    answer = assess(catalogue, asked).as_dict()
    entries = bucket_entries(program_asked(catalogue, asked), answer, [Granted("A", 200), Granted("B", 0)])
    uses = {use.key: use for use in keys.uses_of(entries, PARTY, title="x")}
    assert uses["group:g|once|applicant=7"].ceiling == Ceiling(times=1)
    assert "odd-1|subject=B" not in uses


def test_one_off_of_each_year_is_looked_up_where_it_was_entered():
    catalogue = rules({"once": "g", "per": ["applicant", "year"]})
    entered = ceilings(catalogue, ("A", "1.00"))
    assert entered == {"group:g|applicant=7|year=2026": Ceiling(times=1)}
    assert asked_keys(catalogue, "A")["once_group"] == list(entered)


def test_lower_tier_is_asked_and_not_entered():
    catalogue = rules({"absorbs": "odd-low"}, beside=(item("odd-low", [standard()]),))
    assert asked_keys(catalogue)["lower_tier"] == ["odd-low|applicant=7"]
    assert "odd-low|applicant=7" not in {use.key for use in taken(catalogue, ("A", "1.00"))}


@pytest.mark.parametrize(("tally", "times"), [("lines", 2), ("paid", 1)])
def test_tally_of_lines_counts_each_line_and_any_other_the_claim(tally, times):
    uses = by_key({"count": 3, "per": ["applicant"], "tally": tally}, amounts=(("A", "1.00"), ("B", "1.00")))
    assert uses["odd-1|applicant=7"].times == times


ONLY_INDIVIDUALS = [
    {"field": "applicant_kind", "in": ["individual"]},
    {"field": "applicant_kind", "is": "individual"},
    {"field": "applicant_kind", "not_in": ["enterprise", "agency"]},
    {"field": "fee_year", "under": 4},
    {"field": "fee_year", "over": 2},
    {"field": "fee_year", "at_most": 3},
    {"field": "granted_on", "before": "2026-02-01"},
]


@pytest.mark.parametrize("only", ONLY_INDIVIDUALS, ids=lambda only: list(only)[1])
def test_ceiling_is_scaled_wherever_the_engine_scales_its_cap(only):
    catalogue = rules({"yuan": "8000.01", "per": ["subject"], "scale": {"ratio": "1/2", "only": only}})
    asked = question(("A", "99.99"), kind="individual")
    (use,) = assess(catalogue, asked).limits
    assert use.cap == 400000
    assert ceilings(catalogue, ("A", "99.99"), kind="individual") == {"odd-1|subject=A": Ceiling(Decimal("4000.00"))}


def test_ceiling_is_not_scaled_where_the_test_does_not_hold():
    for only in ONLY_INDIVIDUALS[:3]:
        catalogue = rules({"yuan": "8000.01", "per": ["subject"], "scale": {"ratio": "1/2", "only": only}})
        assert ceilings(catalogue, ("A", "1.00")) == {"odd-1|subject=A": Ceiling(Decimal("8000.01"))}


def test_of_two_limits_on_one_bucket_the_lower_holds():
    catalogue = rules({"yuan": "300", "per": ["applicant"]}, {"yuan": "200", "per": ["applicant"]})
    assert ceilings(catalogue, ("A", "1.00")) == {"odd-1|applicant=7": Ceiling(amount=Decimal(200))}


def test_limit_stands_and_is_asked_under_the_readings_of_the_question():
    catalogue = rules(
        {**YEAR, "if": {"cap_shared_heads": True}},
        {"yuan": "70", "per": ["applicant", "year"], "if": {"cap_shared_heads": False}},
    )
    assert ceilings(catalogue, ("A", "1.00")) == {"heads|applicant=7|year=2026": Ceiling(amount=Decimal(100))}
    other = {"cap_shared_heads": False}
    own = {"odd-1|applicant=7|year=2026": Ceiling(amount=Decimal(70))}
    assert ceilings(catalogue, ("A", "1.00"), settings=other) == own
    assert asked_keys(catalogue, settings=other)["same_year"] == list(own)


def test_sum_that_the_answer_does_not_give_is_refused():
    catalogue = rules(YEAR)
    asked = question(("A", "1.00"), unmet=["X"])
    with pytest.raises(ValueError, match="L0"):
        bucket_entries(program_asked(catalogue, asked), assess(catalogue, asked).as_dict(), [Granted("A", 100)])


def test_use_of_a_bucket_is_read_back_as_it_was_stored():
    catalogue = rules(YEAR, {"count": 3, "per": ["applicant"], "tally": "lines"}, {"yuan": "9", "per": ["subject"]})
    uses = assess(catalogue, question(("A", "1.00"), ("B", "2.55"))).limits
    assert len(uses) == 4
    assert [BucketUse.from_dict(use.as_dict()) for use in uses] == list(uses)


def test_two_spellings_of_one_right_are_one_bucket_under_the_lower_cap():
    only = {"field": "patent_no", "is": "A"}
    catalogue = rules({"yuan": "80", "per": ["subject"], "scale": {"ratio": "1/2", "only": only}})
    asked = question(("ZL A", "10.00"), ("A", "1.00"))
    granted = [Granted("A", 1000), Granted("A", 100)]
    entries = bucket_entries(program_asked(catalogue, asked), assess(catalogue, asked).as_dict(), granted)
    (use,) = [use for use in keys.uses_of(entries, PARTY, title="x") if use.key == "odd-1|subject=A"]
    assert (use.amount, use.ceiling) == (Decimal("11.00"), Ceiling(Decimal("40.00")))


def test_shortage_names_the_limit_what_is_left_and_what_was_asked():
    use = LimitUse("k", "某限额", Decimal("30.00"), 1, Ceiling(amount=Decimal(100)))
    assert keys.shortage(use, amount=Decimal("70.00"), times=0) == ""
    text = keys.shortage(use, amount=Decimal("70.01"), times=0)
    assert "“某限额”最高 100.00 元" in text
    assert "尚余 29.99 元" in text
    assert "本次 30.00 元" in text


def test_shortage_of_times_comes_before_money():
    use = LimitUse("k", "某限额", Decimal("30.00"), 1, Ceiling(amount=Decimal(1), times=1))
    assert "最多 1 次，已有 1 次" in keys.shortage(use, amount=Decimal("0.00"), times=1)


def test_each_district_has_a_bucket_of_its_own_each_year_and_an_applicant_its_times():
    times = {"count": 1, "per": ["applicant", "year"], "tally": "paid"}
    catalogue = rules({"yuan": "90", "per": ["district", "year"]}, times)
    used = {use.key: use for use in taken(catalogue, ("A", "10.00"), party=replace(PARTY, district_code="320211"))}

    assert used["odd-1|district=320211|year=2026"].ceiling == Ceiling(Decimal("90.00"))
    assert used["odd-1|applicant=7|year=2026"].ceiling == Ceiling(times=1)
