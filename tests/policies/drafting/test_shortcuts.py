"""Shortcuts: an issue makes claimable, a named sum makes payable, a chosen reading changes answers."""

from datetime import date

import pytest

from policies.drafting.selectors.problems import draft_problems
from policies.drafting.selectors.settings import open_sums, readings_in_use
from policies.drafting.services.shortcuts import (
    Issue,
    NamedSum,
    Parent,
    Reading,
    choose_readings,
    enter_sums,
    record_issue,
)
from policies.engine import assess
from policies.published.models import PolicyDocument, SupportItem
from policies.published.selectors import claimable_items, item_version_for, published_catalogue
from portal.core.errors import RefusedError
from tests.factories import act, jiangsu
from tests.policies.drafting.worlds import INVENTION, admin, draft_of, place_of, publish_package, published

pytestmark = pytest.mark.django_db
ISSUED = date(2026, 8, 1)
ISSUE = Issue(
    number="连政办发〔2026〕8号",
    title="关于高标准推进知识产权强市建设若干政策措施",
    short_title="关于高标准推进知识产权强市建设若干政策措施",
    issuer="连云港市人民政府办公室",
    issued_on=ISSUED,
    effective_from=ISSUED,
    source="市政府公报 2026 年第 8 期",
)
PREMIUM = {"item": "lyg-08-ins", "applicant": {"kind": "enterprise"}, "lines": [{"premium": "1000"}]}

PROJECT = {"item": "fj8-3-project", "on": "2022-05-01", "applicant": {"kind": "enterprise"}, "lines": [{}]}
PARENT = Parent("某政发〔2022〕3号 第五条", "320200", ("无锡", "滨湖"))
QUESTION = {
    "item": INVENTION,
    "on": "2021-05-10",
    "applicant": {"kind": "individual"},
    "lines": [{"fees": "4000"}],
}


def answer(**question: object) -> dict[str, object]:
    return assess(published_catalogue(), question).as_dict()


class TestIssue:
    @pytest.fixture
    def author(self):
        publish_package("lyg")
        return admin(jiangsu())

    def test_a_draft_document_is_shown_and_not_claimable(self, author):
        item = SupportItem.objects.get(code="lyg-08-ins")
        assert (item.claimable, item_version_for(item, ISSUED)) == (False, None)

    def test_an_issue_makes_its_items_claimable_from_its_first_day_on(self, author):
        draft = record_issue(draft_of("lyg", author), ISSUE, revision=0, act=act(author))
        assert draft_problems(draft) == []
        published(draft, author)
        document = PolicyDocument.objects.get(code="lyg")
        assert (document.status, document.issued_on, document.effective_from) == ("in_force", ISSUED, ISSUED)
        item = SupportItem.objects.get(code="lyg-08-ins")
        assert item.claimable
        assert item_version_for(item, date(2026, 7, 31)) is None
        assert item_version_for(item, ISSUED).number == 2
        assert "lyg-08-ins" in {card.item.code for card in claimable_items(ISSUED, region="320700")}

    def test_its_day_is_the_boundary_of_every_answer(self, author):
        published(record_issue(draft_of("lyg", author), ISSUE, revision=0, act=act(author)), author)
        before, first = answer(**PREMIUM, on="2026-07-31"), answer(**PREMIUM, on="2026-08-01")
        assert (before["outcome"], before["reasons"][0]["code"]) == ("refused", "NOT_IN_FORCE")
        assert (first["outcome"], first["amount"]) == ("payable", "500.00")
        assert "连政办发〔2026〕8号" in first["steps"][0]["citation"]

    def test_what_is_in_force_is_not_issued_again(self, author):
        draft = record_issue(draft_of("lyg", author), ISSUE, revision=0, act=act(author))
        with pytest.raises(RefusedError, match="不是征求意见稿"):
            record_issue(draft, ISSUE, revision=1, act=act(author))


class TestSums:
    @pytest.fixture
    def author(self):
        publish_package("fj8")
        return admin()

    def test_items_without_a_sum_are_listed(self, author):
        draft = draft_of("fj8", author)
        assert "fj8-3-project" in [place.item.id for place in open_sums(draft)]
        assert all(draft.sections[place.index]["item"] == place.item.id for place in open_sums(draft))

    def test_a_named_sum_becomes_payable_and_claimable(self, author):
        assert answer(**PROJECT)["outcome"] == "no_amount"
        draft = draft_of("fj8", author)
        place = place_of(draft, "fj8-3-project")
        draft = enter_sums(draft, {place: NamedSum("20000", "exact")}, PARENT, revision=0, act=act(author))
        assert draft_problems(draft) == []
        assert place not in [one.index for one in open_sums(draft)]
        published(draft, author)
        found = answer(**PROJECT)
        assert (found["outcome"], found["amount"]) == ("payable", "20000.00")
        assert found["steps"][0]["citation"] == "某政发〔2022〕3号 第五条"
        item = SupportItem.objects.get(code="fj8-3-project")
        assert (item.claimable, item.document.region_id) == (True, "320200")

    def test_what_is_left_empty_is_still_for_a_person_to_decide(self, author):
        draft = draft_of("fj8", author)
        place = place_of(draft, "fj8-3-project")
        published(enter_sums(draft, {place: NamedSum("20000", "exact")}, PARENT, revision=0, act=act(author)), author)
        assert answer(**{**PROJECT, "item": "fj8-2-navi"})["outcome"] == "no_amount"

    def test_a_title_may_bring_a_fixed_prize(self, author):
        draft = draft_of("fj8", author)
        place = place_of(draft, "fj8-3-star2")
        published(enter_sums(draft, {place: NamedSum("30000", "exact")}, PARENT, revision=0, act=act(author)), author)
        star = {"valid_patents": 21, "high_value_patents": 5}
        found = answer(**{**PROJECT, "item": "fj8-3-star2", "lines": [star]})
        assert (found["outcome"], found["amount"], found["result"]) == ("payable", "30000.00", "“创新之星”二星级")
        few = answer(**{**PROJECT, "item": "fj8-3-star2", "lines": [{**star, "valid_patents": 20}]})
        assert (few["outcome"], few["amount"]) == ("refused", "0.00")
        assert SupportItem.objects.get(code="fj8-3-star2").headline.startswith("每件给予 3 万元")

    def test_a_prize_that_ends_on_a_day_stays_a_persons_to_decide(self, author):
        draft = draft_of("fj8", author)
        assert "fj8-3-star2" in [place.item.id for place in open_sums(draft)]
        assert "fj8-1-star" not in [place.item.id for place in open_sums(draft)]

    def test_an_index_of_no_item_is_refused(self, author):
        draft = draft_of("fj8", author)
        with pytest.raises(RefusedError, match="重新打开"):
            enter_sums(draft, {0: NamedSum("20000", "exact")}, PARENT, revision=0, act=act(author))


class TestReadings:
    @pytest.fixture
    def author(self):
        publish_package("wx2020")
        return admin()

    def test_readings_say_how_many_items_rest_on_them(self, author):
        found = {one.setting.name: one for one in readings_in_use(draft_of("wx2020", author))}
        assert found["half_after_ceiling"].items == 5
        assert not found["half_after_ceiling"].is_own

    def test_another_reading_is_published_with_its_source_and_goes_back(self, author):
        assert answer(**QUESTION)["amount"] == "2000.00"
        other = {"half_after_ceiling": Reading(default=False, source="市局会议纪要〔2026〕3号")}
        draft = choose_readings(draft_of("wx2020", author), other, revision=0, act=act(author))
        assert draft_problems(draft) == []
        (own,) = [one for one in readings_in_use(draft) if one.is_own]
        assert (own.setting.default, own.setting.source) == (False, "市局会议纪要〔2026〕3号")
        published(draft, author)
        # Halved first, the fees no longer bind.
        assert answer(**QUESTION)["amount"] == "2500.00"
        back = {one.setting.name: Reading(one.shared.default, one.shared.source) for one in readings_in_use(draft)}
        published(choose_readings(draft_of("wx2020", author), back, revision=0, act=act(author)), author)
        assert answer(**QUESTION)["amount"] == "2000.00"

    def test_what_is_as_shared_writes_no_section(self, author):
        draft = draft_of("wx2020", author)
        same = {one.setting.name: Reading(one.setting.default, one.setting.source) for one in readings_in_use(draft)}
        assert choose_readings(draft, same, revision=0, act=act(author)).revision == 0
