"""Items are borrowed with their cases, cite nothing of their origin, and answer in the time of the new document."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from policies.drafting.borrowing import from_document, from_library, in_later_years, years_to_move
from policies.drafting.library import SampleCase, library
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.borrowing import borrowed_item
from policies.drafting.selectors.cases import unsettled_cases
from policies.drafting.services.borrowing import accept_answer, borrow_item, move_cases
from policies.drafting.services.cases import load_package_cases
from policies.drafting.services.drafts import replace_sections, save_section, start_draft
from portal.accounts.models import Region
from tests.factories import act
from tests.policies.drafting.test_library import HEAD
from tests.policies.drafting.worlds import admin, publish_package


def test_a_day_moves_by_whole_years_and_the_29th_of_february_to_the_28th():
    asked = {"on": "2024-02-29", "year": 2024, "lines": [{"paid_on": "2024-12-31", "word": "2024"}]}

    assert in_later_years(asked, 1) == {
        "on": "2025-02-28",
        "year": 2025,
        "lines": [{"paid_on": "2025-12-31", "word": "2024"}],
    }


@pytest.mark.parametrize(
    ("first_day", "years"), [("2026-05-10", 0), ("2026-05-11", 1), ("2027-05-10", 1), ("2020-01-01", 0)]
)
def test_questions_move_so_far_that_the_earliest_is_in_force(first_day, years):
    asked = [{"on": "2026-08-01"}, {"on": "2026-05-10"}]

    assert years_to_move(asked, date.fromisoformat(first_day)) == years


def test_the_days_of_a_sample_move_with_its_cases():
    borrowed = from_library(library()["interest_by_lpr"], code="wx2030-01", first_day=date(2030, 2, 1))

    assert list(borrowed.section["steps"][0]["table"]) == ["2031-01-01", "2031-06-20"]
    assert min(case.question["on"] for case in borrowed.cases) == "2030-12-31"


def test_an_item_of_another_document_leaves_citations_and_days_and_brings_its_readings():
    sections = [
        {"document": {"id": "old"}},
        {"settings": {"used": {"label": "用到"}, "unused": {"label": "没用到"}}},
        {
            "item": "old-01",
            "article": "第一条",
            "effect": [{"from": "2020-01-01"}],
            "steps": [{"do": "standard", "yuan": "1", "cite": "旧文件", "if": {"used": True}}],
            "split": {"city": "60%", "cite": "旧文件"},
        },
    ]
    lent = [SampleCase("一句", {"on": "2021-05-10", "parts": [{"item": "old-01"}, {"item": "old-02"}]}, {})]

    borrowed = from_document(sections, "old-01", code="new-01", cases=lent, first_day=None)

    assert borrowed is not None
    assert borrowed.section == {
        "item": "new-01",
        "article": "",
        "steps": [{"do": "standard", "yuan": "1", "if": {"used": True}}],
        "split": {"city": "60%"},
    }
    assert set(borrowed.readings) == {"used"}
    assert borrowed.cases[0].question["parts"] == [{"item": "new-01"}, {"item": "old-02"}]
    assert from_document(sections, "gone", code="new-01", cases=[], first_day=None) is None


def new_draft(author, **head):
    draft = start_draft(None, key=uuid.uuid4(), title="新政策", code="sample", act=act(author))
    wanted = [{"document": {**HEAD, "region_code": "320200", "areas": ["无锡"], **head}}]
    return replace_sections(draft, wanted, revision=draft.revision, act=act(author))


def lend(draft, author, name, code):
    borrowed = from_library(library()[name], code=code, first_day=None)
    return borrow_item(draft, borrowed, revision=draft.revision, act=act(author))


def cited(draft, author):
    """The draft with an article in every item."""
    sections = [draft.sections[0], *({**section, "article": "第一条"} for section in draft.sections[1:])]
    return replace_sections(draft, sections, revision=draft.revision, act=act(author))


@pytest.mark.django_db
def test_a_borrowed_item_answers_its_cases_twice_borrowed_under_two_sentences():
    author = admin()
    draft = lend(new_draft(author), author, "invention", "sample-01")
    draft = cited(lend(draft, author, "invention", "sample-02"), author)

    sentences = list(draft.case_changes.values_list("sentence", flat=True))
    assert len(sentences) == len(set(sentences)) == 2 * len(library()["invention"].cases)
    assert unsettled_cases(draft) == []


@pytest.mark.django_db
def test_cases_before_the_first_day_are_moved_and_a_changed_sum_is_taken_over():
    author = admin()
    draft = lend(new_draft(author), author, "certified_system", "sample-01")
    later = {"document": {**draft.sections[0]["document"], "effect": [{"from": "2028-01-01"}]}}
    draft = cited(save_section(draft, 0, later, revision=draft.revision, act=act(author)), author)
    assert unsettled_cases(draft)

    assert move_cases(draft, act=act(author)) == 2
    assert unsettled_cases(PolicyDraft.objects.get(pk=draft.pk)) == []

    dearer = {**draft.sections[1], "steps": [{"do": "standard", "yuan": "80000", "nature": "exact"}]}
    draft = save_section(draft, 1, dearer, revision=draft.revision, act=act(author))
    (waiting,) = unsettled_cases(draft)
    assert waiting.change is not None
    accept_answer(draft, waiting.change.pk, act=act(author))
    assert draft.case_changes.get(pk=waiting.change.pk).expected["amount"] == "80000.00"


@pytest.mark.django_db
def test_an_item_of_another_city_comes_with_its_cases_and_works_in_the_draft():
    publish_package("sz2021")
    load_package_cases(act=act())
    author = admin()
    draft = new_draft(author)

    borrowed = borrowed_item("sz2021-01-first", code="sample-01", first_day=date(2020, 1, 1))

    assert borrowed is not None
    assert borrowed.cases
    draft = cited(borrow_item(draft, borrowed, revision=draft.revision, act=act(author)), author)
    assert draft.sections[-1]["item"] == "sample-01"
    assert draft.case_changes.count() == len(borrowed.cases)


@pytest.mark.django_db
def test_the_page_finds_items_by_words_and_from_where_and_adds_them_with_one_send(client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    publish_package("fj8")
    author = admin()
    draft = new_draft(author)
    client.force_login(author)
    address = reverse("drafting:new_section", args=[draft.key])

    assert "马德里商标国际注册资助" in client.get(address, {"q": "马德里"}).content.decode()
    lent = client.get(address, {"source": "item:fj8"}).context["offers"]
    assert lent
    assert all(offer.kind.startswith("item:fj8") for offer in lent)
    assert "没有这样的事项" in client.get(address, {"q": "月球"}).content.decode()

    client.post(address, {"kind": "madrid", "code": "sample-09"})
    client.post(address, {"kind": lent[0].kind, "code": "sample-10"})
    refused = client.post(address, {"kind": "item:gone", "code": "sample-11"})

    draft.refresh_from_db()
    assert [section["item"] for section in draft.sections if "item" in section] == ["sample-09", "sample-10"]
    assert "没有这样的事项，请从列出的事项中选择" in refused.content.decode()
    assert Region.objects.filter(code="320200").exists()
