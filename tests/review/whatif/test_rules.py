"""What is tried replaces published rules, and nothing else does: figures, readings, drafts, what is gone or new."""

from datetime import date

import pytest

from policies.engine import CatalogueError, assess, catalogue_of, compile_item, load_catalogue, plain_content
from review.whatif.rules import (
    Rules,
    adjustables,
    adjusted,
    changed_figures,
    ever_holds,
    in_force,
    rules_of_draft,
    rules_of_issue,
    rules_of_item,
    sides_of,
    with_readings,
)

PACKAGE = load_catalogue()
PUBLISHED = in_force(PACKAGE)
ITEM = "wx2020-01-inv"
QUESTION = {
    "item": ITEM,
    "on": "2021-05-10",
    "applicant": {"kind": "enterprise", "region": "320211"},
    "lines": [{"fees": "9000", "granted_on": "2021-05-10", "patent_no": "201710601862.3", "patent_kind": "invention"}],
}
EVERY_ITEM = sorted(PACKAGE.items)


def answers(rules, question=QUESTION):
    sides = sides_of(PUBLISHED, rules)
    return assess(sides.before, question), assess(sides.after, question)


def test_a_figure_changes_one_side_alone():
    before, after = answers(rules_of_item(PUBLISHED.items[ITEM], {"steps.0.yuan": "4000.50"}))
    assert (before.amount, after.amount) == (500_000, 400_050)


def test_nothing_tried_leaves_both_sides_equal():
    before, after = answers(Rules())
    assert before.as_dict() == after.as_dict()


def test_every_figure_of_every_item_can_be_put_back_as_it_was():
    for item_id in EVERY_ITEM:
        item = PACKAGE.items[item_id][-1]
        figures = adjustables(item)
        assert len({figure.key for figure in figures}) == len(figures), item_id
        assert adjusted(item, {figure.key: figure.value for figure in figures}) == plain_content(item), item_id


def test_every_computed_item_has_a_figure_to_try():
    for item_id in EVERY_ITEM:
        item = PACKAGE.items[item_id][-1]
        if any(step["do"] in ("standard", "rate_of", "per_n", "at_most") for step in item.steps):
            assert [figure for figure in adjustables(item) if figure.kind in ("yuan", "ratio")], item_id


def test_figures_that_the_engine_would_not_publish_are_refused_with_words():
    item = next(one[-1] for one in PACKAGE.items.values() if any(step["do"] == "rate_of" for step in one[-1].steps))
    figure = next(figure for figure in adjustables(item) if figure.kind == "ratio")
    with pytest.raises(CatalogueError) as refusal:
        adjusted(item, {figure.key: "150%"})
    assert refusal.value.problems[0].message


def test_a_last_day_ends_the_item_on_that_day_and_not_before():
    rules = rules_of_item(PUBLISHED.items[ITEM], {"effect.to": "2021-05-10"})
    assert answers(rules)[1].reasons[0]["code"] == "NOT_IN_FORCE"
    line = QUESTION["lines"][0] | {"granted_on": "2021-05-09"}
    assert answers(rules, QUESTION | {"on": "2021-05-09", "lines": [line]})[1].amount == 500_000


def test_another_reading_is_taken_by_every_item_that_has_it():
    items = [versions[-1] for versions in PUBLISHED.items.values() if versions[-1].document_id == "wx2020"]
    rules = with_readings(items, {"half_after_ceiling": "false"})
    having = {item.id for item in items if any(one.name == "half_after_ceiling" for one in item.settings)}
    assert rules.item_ids == having != frozenset()
    person = QUESTION | {"applicant": {"kind": "individual", "region": "320211"}, "lines": [{"fees": "6000"}]}
    before, after = answers(rules, person)
    assert (before.amount, after.amount) == (250_000, 250_000)
    person["lines"] = [{"fees": "3000"}]
    before, after = answers(rules, person)
    assert (before.amount, after.amount) == (150_000, 250_000)


def test_only_what_changed_is_named_with_both_values():
    item = PUBLISHED.items[ITEM][-1]
    content = adjusted(item, {"steps.0.yuan": "4000", "split.city": "60%"})
    assert [(figure.label, figure.value, after) for figure, after in changed_figures(item, content)] == [
        ("每件最高", "5000", "4000")
    ]


def test_a_document_that_is_only_a_draft_is_law_on_no_day_until_it_is_tried():
    items = [versions for item_id, versions in PUBLISHED.items.items() if item_id.startswith("lyg-")]
    assert items
    assert not any(ever_holds(versions) for versions in items)
    question = {
        "item": "lyg-01-cn",
        "on": "2025-05-10",
        "applicant": {"kind": "enterprise", "region": "320700"},
        "lines": [{"provincial_award": "100000"}],
        "assume": "met",
    }
    before, after = answers(rules_of_issue(PACKAGE, document="lyg"), question)
    assert before.reasons[0]["code"] == "NOT_IN_FORCE"
    assert after.amount == 5_000_000


def draft_of(*items):
    """The published catalogue with wx2020 made of these items."""
    rest = [item for versions in PUBLISHED.items.values() for item in versions if item.document_id != "wx2020"]
    return catalogue_of(PUBLISHED.documents.values(), [*rest, *items])


def own_items():
    return [item for versions in PUBLISHED.items.values() for item in versions if item.document_id == "wx2020"]


def later(item, **changes):
    content = plain_content(item) | {"effect": [{"from": "2027-01-01"}]} | changes
    return compile_item(content)


def test_a_draft_names_what_it_changes_and_what_it_drops():
    kept = [item for item in own_items() if item.id not in (ITEM, "wx2020-05-loan")]
    changed = compile_item(adjusted(PUBLISHED.items[ITEM][-1], {"steps.0.yuan": "4000"}))
    rules = rules_of_draft(PUBLISHED, draft_of(*kept, changed), document="wx2020", as_if=True)
    assert [content["id"] for content in rules.replaced] == [ITEM]
    assert rules.removed == ("wx2020-05-loan",)


def test_a_draft_that_only_words_its_head_otherwise_changes_nothing():
    reworded = [
        compile_item(plain_content(item) | {"document": dict(item.content["document"]) | {"title": "新标题"}})
        for item in own_items()
    ]
    assert rules_of_draft(PUBLISHED, draft_of(*reworded), document="wx2020", as_if=True) == Rules()


@pytest.mark.parametrize(("as_if", "amount"), [(True, 100_000), (False, 500_000)])
def test_a_draft_of_the_future_is_tried_on_the_past_only_as_if_it_had_held(as_if, amount):
    item = PUBLISHED.items[ITEM][-1]
    steps = [dict(item.steps[0]) | {"yuan": "1000"}, *item.steps[1:]]
    others = [one for one in own_items() if one.id != ITEM]
    earlier = [compile_item(plain_content(item) | {"effect": [{"from": "2020-03-10", "to": "2027-01-01"}]})]
    drafted = draft_of(*others, *earlier, later(item, steps=steps))
    assert answers(rules_of_draft(PUBLISHED, drafted, document="wx2020", as_if=as_if))[1].amount == amount


def test_a_draft_tried_as_if_keeps_its_own_last_day():
    item = PUBLISHED.items[ITEM][-1]
    ended = compile_item(plain_content(item) | {"effect": [{"from": "2021-01-01", "to": "2022-01-01"}]})
    others = [one for one in own_items() if one.id != ITEM]
    rules = rules_of_draft(PUBLISHED, draft_of(*others, ended), document="wx2020", as_if=True)
    assert rules.replaced[0]["effect"] == [{"from": "2020-03-10", "to": "2022-01-01"}]


def test_a_new_item_pays_on_one_side_and_is_unknown_to_the_law_on_the_other():
    new = plain_content(PUBLISHED.items[ITEM][-1]) | {"id": "wx2020-99-new"}
    rules = rules_of_draft(PUBLISHED, draft_of(*own_items(), compile_item(new)), document="wx2020", as_if=True)
    before, after = answers(rules, QUESTION | {"item": "wx2020-99-new"})
    assert before.reasons[0]["code"] == "NOT_IN_FORCE"
    assert after.amount == 500_000


def test_an_item_that_is_gone_pays_nothing_any_more():
    before, after = answers(Rules(removed=(ITEM,)))
    assert before.amount == 500_000
    assert after.reasons[0]["code"] == "NOT_IN_FORCE"


def test_rules_come_back_from_what_a_run_keeps():
    rules = Rules((adjusted(PUBLISHED.items[ITEM][-1], {"steps.0.yuan": "4000"}),), ("wx2020-05-loan",))
    assert Rules.from_json(rules.as_json()) == rules


def test_earlier_versions_hold_on_their_days_when_the_newest_is_tried():
    old = compile_item(
        plain_content(PUBLISHED.items[ITEM][-1]) | {"effect": [{"from": "2020-03-10", "to": "2021-01-01"}]}
    )
    new = compile_item(plain_content(PUBLISHED.items[ITEM][-1]) | {"effect": [{"from": "2021-01-01"}]})
    rules = rules_of_item([old, new], {"steps.0.yuan": "1000"})
    assert answers(rules)[1].amount == 100_000
    line = QUESTION["lines"][0] | {"granted_on": "2020-05-10"}
    past = QUESTION | {"on": "2020-05-10", "lines": [line]}
    assert answers(rules, past)[1].amount == 500_000
    assert old.effective_from == date(2020, 3, 10)
