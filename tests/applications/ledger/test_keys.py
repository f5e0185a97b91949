"""Buckets: which a claim enters, and which limit stands on which."""

from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from applications.ledger import keys
from applications.ledger.keys import Ceiling, LimitUse, Party

PARTY = Party(applicant_id=7, city_code="320200", year=2026)


@dataclass
class Rules:
    id: str = "x-1"
    title: str = "示例事项"
    document_id: str = "x"
    once_group: str | None = None
    limits: tuple[dict[str, Any], ...] = field(default=())
    settings: tuple[Any, ...] = ()


def by_key(rules: Rules, *amounts: tuple[str, str]) -> dict[str, LimitUse]:
    return {use.key: use for use in keys.uses_of(rules, PARTY, [(s, Decimal(a)) for s, a in amounts])}


def test_claim_enters_applicant_year_subject_and_right_without_any_limit():
    uses = by_key(Rules(), ("A", "10.00"))
    assert set(uses) == {
        "x-1|applicant=7",
        "x-1|applicant=7|year=2026",
        "x-1|subject=A",
        "document:x|right=A",
    }
    assert all(use.ceiling == Ceiling() for use in uses.values())


def test_lines_of_one_claim_add_up_per_bucket_and_count_one_time():
    uses = by_key(Rules(), ("A", "10.00"), ("B", "5.50"), ("A", "1.00"))
    assert (uses["x-1|applicant=7"].amount, uses["x-1|applicant=7"].times) == (Decimal("16.50"), 1)
    assert uses["x-1|subject=A"].amount == Decimal("11.00")


def test_line_without_a_sum_enters_nothing():
    assert by_key(Rules(once_group="g"), ("A", "0.00")) == {}


def ceilings(rules: Rules, *amounts: tuple[str, str], party: Party = PARTY) -> dict[str, Ceiling]:
    uses = keys.uses_of(rules, party, [(s, Decimal(a)) for s, a in amounts])
    return {use.key: use.ceiling for use in uses if use.ceiling != Ceiling()}


def test_limits_stand_on_the_bucket_they_are_counted_per():
    rules = Rules(
        limits=(
            {"code": "PROJECT", "yuan": "500000", "per": ["subject"], "ledger": "project"},
            {"code": "YEAR", "yuan": "200000", "per": ["applicant", "year"], "ledger": "same_year"},
            {"code": "TIMES", "count": 2, "per": ["applicant"], "tally": "paid"},
            {"code": "PROGRAMME", "yuan": "1000000", "per": ["programme", "year"], "ledger": "programme_year"},
        )
    )
    assert ceilings(rules, ("A", "1.00"), ("B", "1.00")) == {
        "x-1|subject=A": Ceiling(amount=Decimal(500000)),
        "x-1|subject=B": Ceiling(amount=Decimal(500000)),
        "x-1|applicant=7|year=2026": Ceiling(amount=Decimal(200000)),
        "x-1|applicant=7": Ceiling(times=2),
        "x-1|city=320200|year=2026": Ceiling(amount=Decimal(1000000)),
    }


def test_limit_shared_by_several_items_has_one_bucket():
    limit = {"code": "YEAR", "yuan": "100", "per": ["applicant", "year"], "ledger": "same_year", "group": "heads"}
    one, other = Rules(id="x-1", limits=(limit,)), Rules(id="x-2", limits=(limit,))
    shared = {"heads|applicant=7|year=2026": Ceiling(amount=Decimal(100))}
    assert ceilings(one, ("A", "1.00")) == ceilings(other, ("A", "1.00")) == shared
    assert keys.ledger_keys(one, PARTY, [])["same_year"] == ["heads|applicant=7|year=2026"]


def test_one_off_of_a_group_is_a_ceiling_of_one_time():
    rules = Rules(once_group="g", limits=({"code": "ONCE", "once": "g", "per": ["applicant"]},))
    assert ceilings(rules, ("A", "1.00"), ("B", "1.00")) == {"group:g|once|applicant=7": Ceiling(times=1)}


def test_tally_of_lines_counts_each_line():
    rules = Rules(limits=({"code": "TIMES", "count": 3, "per": ["applicant"], "tally": "lines"},))
    assert by_key(rules, ("A", "1.00"), ("B", "1.00"))["x-1|applicant=7"].times == 2


def test_ceiling_is_scaled_for_the_kind_it_is_lower_for():
    scale = {"ratio": "1/2", "only": {"field": "applicant_kind", "in": ["individual"]}}
    rules = Rules(limits=({"code": "PATENT", "yuan": "2000.01", "per": ["subject"], "scale": scale},))
    individual = Party(7, "320200", 2026, "individual")
    assert ceilings(rules, ("A", "1.00"))["x-1|subject=A"] == Ceiling(amount=Decimal("2000.01"))
    assert ceilings(rules, ("A", "1.00"), party=individual)["x-1|subject=A"] == Ceiling(amount=Decimal("1000.00"))


def test_of_two_limits_on_one_bucket_the_lower_holds():
    rules = Rules(limits=({"yuan": "300", "per": ["applicant"]}, {"yuan": "200", "per": ["applicant"]}))
    assert ceilings(rules, ("A", "1.00")) == {"x-1|applicant=7": Ceiling(amount=Decimal(200))}


def test_limit_of_a_reading_that_was_not_chosen_does_not_stand():
    rules = Rules(
        limits=({"yuan": "300", "per": ["applicant"], "if": {"yearly": True}},),
        settings=(SimpleNamespace(name="yearly", default=False),),
    )
    assert ceilings(rules, ("A", "1.00")) == {}


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


def test_a_one_off_of_each_year_is_looked_up_where_it_was_entered():
    rules = Rules(once_group="g", limits=({"code": "ONCE", "once": "g", "per": ["applicant", "year"]},))
    entered = ceilings(rules, ("A", "1.00"))
    assert entered == {"group:g|applicant=7|year=2026": Ceiling(times=1)}
    assert keys.ledger_keys(rules, PARTY, ["A"])["once"] == list(entered)
