"""Versions of one item in a catalogue: a later one takes over on its first day, also from one without an end."""

from datetime import date

import pytest

from policies.engine import CatalogueError, assess, catalogue_of, compile_item, load_catalogue, load_document
from policies.engine.loader import CATALOGUE, plain_content

INVENTION = "wx2020-01-inv"


def standard(yuan: str, *effect: dict[str, str]):
    content = plain_content(load_catalogue().items[INVENTION][0])
    content["steps"][0]["yuan"] = yuan
    return compile_item({**content, "effect": list(effect)})


@pytest.mark.parametrize(
    ("on", "amount"),
    [("2020-03-09", None), ("2020-03-10", "5000.00"), ("2026-12-31", "5000.00"), ("2027-01-01", "6000.00")],
)
@pytest.mark.parametrize("until", [{}, {"to": "2027-01-01"}], ids=["open", "ended"])
def test_a_later_version_takes_over_on_its_first_day(until, on, amount):
    catalogue = catalogue_of(
        [], [standard("6000", {"from": "2027-01-01"}), standard("5000", {"from": "2020-03-10", **until})]
    )
    question = {"item": INVENTION, "on": on, "applicant": {"kind": "enterprise"}, "lines": [{"fees": "8000"}]}
    answer = assess(catalogue, question).as_dict()
    if amount is None:
        assert answer["reasons"][0]["code"] == "NOT_IN_FORCE"
        assert catalogue.version_for(INVENTION, date.fromisoformat(on)) is None
    else:
        assert answer["amount"] == amount
        assert catalogue.version_for(INVENTION, date.fromisoformat(on)).steps[0]["yuan"] == amount.removesuffix(".00")


WX2020 = (CATALOGUE / "wx2020.yaml").read_text("utf-8")
HALF = "{label: 先比费用再减半, kind: boolean, default: false, source: 会议纪要}"


def with_settings(settings: str) -> str:
    head, _, rest = WX2020.partition("\n---\n")
    return f"{head}\n---\nsettings: {settings}\n---\n{rest}"


def test_a_documents_own_reading_goes_before_the_shared_one():
    loaded = load_document(with_settings(f"{{half_after_ceiling: {HALF}}}"), name="wx2020")
    item = next(item for item in loaded.items if item.id == INVENTION)
    chosen = {setting.name: setting for setting in item.settings}
    assert (chosen["half_after_ceiling"].default, chosen["half_after_ceiling"].source) == (False, "会议纪要")
    question = {"item": INVENTION, "on": "2021-05-10", "applicant": {"kind": "individual"}, "lines": [{"fees": "4000"}]}
    assert assess(catalogue_of([], [item]), question).as_dict()["amount"] == "2500.00"
    assert assess(load_catalogue(), question).as_dict()["amount"] == "2000.00"


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ("[]", "settings"),
        ("{x: {label: 甲, kind: boolean, default: null, source: 约定}}", "settings.x.default"),
        ("{x: {label: 甲, kind: date, default: soon, source: 约定}}", "settings.x.default"),
        ("{x: {label: 甲, kind: ratio, default: half, source: 约定}}", "settings.x.default"),
        ("{x: {label: 甲, kind: boolean, default: true}}", "settings.x.source"),
    ],
)
def test_a_reading_that_is_none_is_refused_with_its_place(settings, path):
    with pytest.raises(CatalogueError) as refused:
        load_document(with_settings(settings), name="wx2020")
    assert path in [problem.where for problem in refused.value.problems]
