"""Problems of a draft: each is led to the section and the field it stands in."""

import pytest

from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.problems import draft_problems
from policies.engine import Problem
from tests.policies.drafting.worlds import INVENTION, admin, changed, draft_of, publish_package

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    publish_package("wx2020")
    return draft_of("wx2020", admin())


def with_section(draft: PolicyDraft, index: int, **changes: object) -> PolicyDraft:
    draft.sections = [{**section, **changes} if at == index else section for at, section in enumerate(draft.sections)]
    return draft


def places(draft: PolicyDraft) -> list[tuple[int | None, tuple[str | int, ...]]]:
    found = draft_problems(draft)
    assert all(problem.message and problem.remedy for problem in found)
    return [(problem.section, problem.path) for problem in found]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"title": ""}, ("title",)),
        ({"titel": "名称"}, ("titel",)),
        ({"kind": "gift"}, ("kind",)),
        ({"steps": [{"do": "standard", "yuan": "5000.001", "nature": "ceiling"}]}, ("steps", 0, "yuan")),
        ({"steps": [{"do": "standard", "nature": "ceiling"}]}, ("steps", 0, "yuan")),
        ({"limits": [{"code": "CAP", "yuan": "1", "per": ["moon"]}]}, ("limits", 0, "per")),
        ({"conditions": [{"code": "AA", "text": "甲"}, {"code": "AA", "text": "乙"}]}, ("conditions",)),
        ({"facts": {"required": ["patent_no", "nothing"], "optional": []}}, ("facts", "required", 1)),
        ({"effect": [{"from": "2026-02-30"}]}, ("effect", 0, "from")),
        ({"title": "长" * 121}, ("title",)),
        ({"article": "长" * 61}, ("article",)),
    ],
)
def test_a_fault_of_an_item_is_led_to_its_field(draft, changes, path):
    assert (1, path) in places(with_section(draft, 1, **changes))


def test_a_fault_of_the_head_is_led_to_its_field(draft):
    head = draft.sections[0]["document"]
    assert places(with_section(draft, 0, document={**head, "issued_on": "下周"})) == [(0, ("document", "issued_on"))]
    assert places(with_section(draft, 0, document={**head, "region_code": "999999"})) == [
        (0, ("document", "region_code"))
    ]
    assert places(with_section(draft, 0, document={**head, "number": "长" * 81})) == [(0, ("document", "number"))]
    assert places(with_section(draft, 0, document={**head, "id": "wx2021"}))[0] == (0, ("document", "id"))


def test_of_two_versions_of_an_item_the_one_at_fault_is_named(draft):
    later = {**draft.sections[1], "effect": [{"from": "2026-01-01"}], "title": ""}
    draft.sections = [*draft.sections, later]
    assert places(draft) == [(len(draft.sections) - 1, ("title",))]


def test_versions_that_overlap_are_named(draft):
    draft.sections = [*draft.sections, {**draft.sections[1], "effect": [{"from": "2026-01-01"}]}]
    assert places(draft) == [(len(draft.sections) - 1, ("effect",))]


def test_a_rule_that_the_register_has_no_words_for_is_named(draft):
    draft.sections = [
        *draft.sections,
        {"rule": "wx2020-x", "article": "末段", "title": "甲", "modelled_as": "magic"},
        {"rule": "wx2020-y", "article": "末段", "title": "乙", "modelled_as": "record"},
        {"rule": "wx2020-z", "article": "末段", "title": "丙", "modelled_as": "condition wx2020-none.A"},
    ]
    last = len(draft.sections) - 1
    assert places(draft) == [(last - 2, ("modelled_as",)), (last - 1, ("reason",)), (last, ("modelled_as",))]


def test_a_reading_without_a_choice_is_named(draft):
    setting = {"label": "取整", "kind": "boolean", "default": None, "source": "约定"}
    draft.sections = [draft.sections[0], {"settings": {"fen_floor": setting}}, *draft.sections[1:]]
    assert places(draft) == [(1, ("settings", "fen_floor", "default"))]


@pytest.mark.parametrize(("kind", "default"), [("date", "soon"), ("ratio", "half")])
def test_a_reading_of_another_kind_is_named(draft, kind, default):
    setting = {"label": "甲", "kind": kind, "default": default, "source": "约定"}
    draft.sections = [draft.sections[0], {"settings": {"own": setting}}, *draft.sections[1:]]
    assert places(draft) == [(1, ("settings", "own", "default"))]


def test_an_item_of_another_document_is_named(draft):
    publish_package("bh2024")
    draft.sections = [*draft.sections, {**draft.sections[1], "item": "bh2024-t-brand"}]
    problems = draft_problems(draft)
    assert [(problem.section, problem.path) for problem in problems] == [(len(draft.sections) - 1, ("item",))]
    assert "属于" in problems[0].message


def test_a_text_that_is_no_draft_of_a_document_has_problems_and_no_crash(draft):
    for sections in ([], [{"document": None}], [{"document": {"id": 1}}], [{"document": {}}, {"item": []}]):
        draft.sections = sections
        assert draft_problems(draft)
        assert all(isinstance(problem, Problem) for problem in draft_problems(draft))


def test_every_fault_is_shown_at_once(draft):
    draft = with_section(with_section(draft, 1, title=""), 2, article="")
    assert places(draft) == [(1, ("title",)), (2, ("article",))]


def test_a_changed_item_without_fault_has_none(draft):
    author = draft.created_by
    assert draft_problems(changed(draft, INVENTION, author, title="发明专利奖补")) == []
