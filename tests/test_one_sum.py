"""Calculator, stored assessment, reservation, award and simulation state one sum, to the fen, whatever is drawn."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import Item, load_catalogue
from policies.engine import split as split_module
from policies.engine.columns import arithmetic
from policies.engine.columns.population import KINDS
from policies.engine.limits.base import Ceiling
from policies.engine.limits.money import MoneyLimit
from policies.engine.line import Line
from policies.engine.money import part_half_up
from portal.audit.services import rehearsal
from tests.one_sum import disagreements
from tests.policies.engine.batch.odd_rules import HEAD, catalogue_from, item, odd_catalogue, standard

pytestmark = pytest.mark.django_db

PER = {"subject": ["subject"], "applicant": ["applicant"], "year": ["applicant", "year"]}
SPLIT = {"city": "1/3", "rest": "district", "round": "down"}


def scaled(name: str, only: dict[str, Any]) -> dict[str, Any]:
    """A sum within a cap that is halved for some applicants, split by a ratio that no fen divides by."""
    limit = {
        "yuan": "3000.01",
        "per": PER["year"],
        "scale": {"ratio": "1/2", "only": {"field": "applicant_kind", **only}},
    }
    return item(name, [standard("4999.99")], limits=[limit, {"yuan": "9000", "per": PER["subject"]}], split=SPLIT)


SCALED = catalogue_from(
    (
        HEAD,
        [
            scaled("odd-20-in", {"in": ["individual", "agency"]}),
            scaled("odd-20-is", {"is": "individual"}),
            scaled("odd-20-others", {"not_in": ["enterprise"]}),
        ],
    )
)
VERSIONS = [
    version
    for catalogue in (load_catalogue(), odd_catalogue(), SCALED)
    for versions in catalogue.items.values()
    for version in versions
]
ODD = {version.id: version for version in VERSIONS if version.id.startswith("odd-")}
BOOLEANS = {name: not s.default for name, s in load_catalogue().settings.items() if s.kind == "boolean"}
READINGS: list[dict[str, Any]] = [
    {},
    {"fen_floor": False},
    {"split_on_claim_total": False},
    {"fen_floor": False, "split_on_claim_total": False, "district_ratio": "1/3"},
    {"issued": "2024-02-29", "district_ratio": "37.5%"},
    BOOLEANS,
]

versions = st.one_of(st.sampled_from(VERSIONS), st.sampled_from(list(ODD.values())))
kinds = st.sampled_from(KINDS)
shares = st.sampled_from([Fraction(1), Fraction(1), Fraction(999, 1000), Fraction(1, 3)])


def test_everything_that_states_a_sum_states_the_same() -> None:
    @given(versions, st.integers(0, 2**32 - 1), kinds, st.sampled_from(READINGS), shares)
    def holds(version: Item, seed: int, kind: str, chosen: dict[str, Any], granted: Fraction) -> None:
        with rehearsal():
            found = disagreements(version, seed=seed, kind=kind, chosen=chosen, granted=granted)
        assert not found

    holds()


def finds(*names: str, kind: str = "individual", chosen: dict[str, Any] | None = None, seeds: int = 12) -> list[str]:
    """What the property finds for these items within a few draws."""
    for name in names:
        for seed in range(seeds):
            with rehearsal():
                found = disagreements(
                    ODD[name], seed=seed, kind=kind, chosen=chosen or {}, granted=Fraction(1), claims=3
                )
            if found:
                return found
    return []


def test_a_filter_that_looks_at_all_rows_again_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def rows_anew(self: Line, name: str) -> Any:
        return self.facts[name]

    monkeypatch.setattr(Line, "rows_left", rows_anew)

    assert any("another order" in text or "simulation" in text for text in finds("odd-05-rows", "odd-05-turned"))


@pytest.mark.parametrize("name", ["odd-20-is", "odd-20-others"])
def test_a_ceiling_that_is_not_the_answers_cap_is_found(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(MoneyLimit, "ceiling", lambda self, _uses: Ceiling(fen=self.fen))

    assert any("reservation" in text for text in finds(name))


def test_a_city_part_that_is_rounded_up_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split_module, "part_down", part_half_up)
    monkeypatch.setattr(split_module, "share_down", arithmetic.share_half_up)

    assert any("passes 1/3" in text for text in finds("odd-20-in", kind="enterprise"))


def test_a_simulation_that_splits_by_a_rule_of_its_own_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split_module, "share_down", arithmetic.share_half_up)

    assert any("simulation: city" in text for text in finds("odd-20-in", kind="enterprise"))


def test_the_unchanged_rules_are_not_found_fault_with() -> None:
    assert not finds("odd-05-rows", "odd-05-turned", "odd-20-in", "odd-20-is", "odd-20-others", seeds=2)
    assert not finds("odd-18-rolling", "odd-18-shared", kind="enterprise", seeds=2)
    # A row of payments without its day, beside facts that give a sum alone.
    half = ODD["odd-05-turned"]
    assert not disagreements(half, seed=1951147419, kind="enterprise", chosen={}, granted=Fraction(1))
