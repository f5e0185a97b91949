"""What a draft changes, word by word, and what the catalogue would be with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.drafting.selectors import draft_catalogue
from policies.drafting.selectors.changes import draft_changes
from policies.drafting.services.drafts import remove_section
from policies.drafting.wording import compare
from policies.engine import CatalogueError, assess
from policies.published.selectors import published_catalogue
from portal.core.compared_text import NOTHING, compared
from tests.factories import act
from tests.policies.drafting.worlds import (
    INVENTION,
    admin,
    changed,
    draft_of,
    place_of,
    publish_package,
    published,
    with_standard,
)

QUESTION = {"item": INVENTION, "applicant": {"kind": "enterprise"}, "lines": [{"fees": "8000"}]}
texts = st.text(alphabet="最高五千元 5,000.00元Ab\n。", max_size=30)


@given(texts, texts)
def test_the_fragments_make_up_both_texts(before, after):
    left, right = compared(before, after)
    assert "".join(part.text for part in left) == (before or NOTHING)
    assert "".join(part.text for part in right) == (after or NOTHING)
    same = ["".join(part.text for part in side if not part.is_changed) for side in (left, right)]
    assert same[0] == same[1] or NOTHING in same


def test_a_figure_is_one_word():
    left, right = compared("最高 5,000.00 元", "最高 6,000.00 元")
    assert [part.text for part in left if part.is_changed] == ["5,000.00"]
    assert [part.text for part in right if part.is_changed] == ["6,000.00"]


def test_only_rows_that_differ_are_compared():
    assert [row.label for row in compare({"甲": "1", "乙": "2"}, {"甲": "1", "乙": "3", "丙": "4"})] == ["乙", "丙"]
    assert compare({"甲": ""}, {}) == []


pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    publish_package("wx2020")
    return admin()


def test_nothing_changes_in_a_fresh_draft(author):
    changes = draft_changes(draft_of("wx2020", author))
    assert (changes.count, changes.items, changes.document, changes.clauses) == (0, (), (), ())


def test_a_changed_sum_is_one_row_of_one_item(author):
    changes = draft_changes(with_standard(draft_of("wx2020", author), "6000", author))
    (change,) = changes.items
    assert (change.code, change.label) == (INVENTION, "修改")
    assert [row.label for row in change.rows] == ["金额"]
    assert change.outcome == "发布为新版本，适用于 2020-03-10 起的事实。"
    assert changes.unchanged == 33


def test_a_later_effect_says_that_the_earlier_version_stays(author):
    draft = changed(draft_of("wx2020", author), INVENTION, author, effect=[{"from": "2027-01-01"}])
    (change,) = draft_changes(draft).items
    assert change.outcome == "发布为新版本，适用于 2027-01-01 起的事实；此前的事实仍适用第 1 版。"
    assert "适用期间" in [row.label for row in change.rows]


def test_a_change_that_no_words_tell_is_shown_by_its_place(author):
    draft = draft_of("wx2020", author)
    steps = draft.sections[1]["steps"]
    (change,) = draft_changes(
        changed(draft, INVENTION, author, steps=[{**steps[0], "cite": "另一处"}, *steps[1:]])
    ).items
    assert [row.label for row in change.rows] == ["steps[1].cite"]


def test_an_item_left_out_is_ended_and_a_changed_clause_named(author):
    draft = draft_of("wx2020", author)
    draft = remove_section(draft, place_of(draft, "wx2020-15-gi"), revision=0, act=act(author))
    draft = changed(draft, "wx2020-01-half", author, modelled_as="record", reason="不再减半")
    changes = draft_changes(draft)
    assert [(change.code, change.label) for change in changes.items] == [("wx2020-15-gi", "不再支持")]
    assert len(changes.clauses) == 1


def test_a_changed_head_is_told_once_and_carries_its_items(author):
    draft = draft_of("wx2020", author)
    head = {**draft.sections[0]["document"], "number": "锡政办发〔2027〕1号"}
    changes = draft_changes(changed(draft, "wx2020", author, document=head))
    assert "文号" in [row.label for row in changes.document]
    assert (changes.items, len(changes.carried), changes.unchanged) == ((), 34, 0)


def test_a_draft_with_problems_cannot_be_compared(author):
    with pytest.raises(CatalogueError):
        draft_changes(changed(draft_of("wx2020", author), INVENTION, author, title=""))


class TestCatalogue:
    def amount(self, draft, on="2021-05-10"):
        return assess(draft_catalogue(draft), {**QUESTION, "on": on}).as_dict()["amount"]

    def test_it_answers_as_the_draft_says_and_the_published_one_does_not(self, author):
        draft = with_standard(draft_of("wx2020", author), "6000", author)
        assert self.amount(draft) == "6000.00"
        assert assess(published_catalogue(), {**QUESTION, "on": "2021-05-10"}).as_dict()["amount"] == "5000.00"

    def test_it_holds_the_other_documents(self, author):
        publish_package("bh2024")
        items = draft_catalogue(draft_of("wx2020", author)).items
        assert {versions[0].document_id for versions in items.values()} == {"wx2020", "bh2024"}

    def test_it_is_what_a_publication_makes_of_it(self, author):
        draft = with_standard(draft_of("wx2020", author), "6000", author)
        draft = changed(draft, INVENTION, author, effect=[{"from": "2027-01-01"}])
        foreseen = {on: self.amount(draft, on) for on in ("2020-03-09", "2020-03-10", "2026-12-31", "2027-01-01")}
        published(draft, author)
        for on, amount in foreseen.items():
            assert assess(published_catalogue(), {**QUESTION, "on": on}).as_dict()["amount"] == amount
        assert foreseen["2026-12-31"] == "5000.00"
        assert foreseen["2027-01-01"] == "6000.00"
