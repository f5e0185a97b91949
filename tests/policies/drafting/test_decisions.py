"""Publishing by two people: what was published stays, earlier facts keep their rules, and one of two drafts wins."""

import uuid
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from policies.drafting import yaml_codec
from policies.drafting.enums import DraftState
from policies.drafting.models import PolicyDraft, WorkedCase
from policies.drafting.selectors.problems import draft_problems
from policies.drafting.selectors.reading import draft_yaml
from policies.drafting.services.cases import add_case, load_package_cases, undo_case, waive_case
from policies.drafting.services.decisions import propose, publish, return_draft, take_back
from policies.drafting.services.drafts import add_section, describe_draft, remove_section, start_draft
from policies.engine import assess
from policies.published.enums import TextOrigin
from policies.published.models import DocumentText, ItemVersion, PolicyDocument, SupportItem
from policies.published.selectors import item_version_for, published_catalogue, register_catalogue
from policies.published.services import publish_catalogue
from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError, StaleStateError
from portal.notifications.models import Message
from tests.factories import act, jiangsu, make_official, publish_documents, wuxi
from tests.policies.drafting.worlds import (
    INVENTION,
    admin,
    changed,
    draft_of,
    place_of,
    proposed,
    publish_package,
    published,
    with_standard,
)

pytestmark = pytest.mark.django_db
QUESTION = {
    "item": INVENTION,
    "on": "2021-05-10",
    "applicant": {"kind": "enterprise", "region": "无锡"},
    "lines": [{"fees": "8000"}],
}


@pytest.fixture
def author():
    publish_package("wx2020")
    return admin()


@pytest.fixture
def second(author):
    return admin()


@pytest.fixture
def waiting(author):
    return proposed(with_standard(draft_of("wx2020", author), "6000", author), author)


def fresh(draft: PolicyDraft) -> PolicyDraft:
    return PolicyDraft.objects.get(pk=draft.pk)


def amount(on: str = "2021-05-10") -> str | None:
    return assess(published_catalogue(), {**QUESTION, "on": on}).as_dict()["amount"]


class TestFourEyes:
    def test_who_proposed_cannot_publish_or_return(self, waiting, author):
        for deed in (
            lambda: publish(waiting, revision=waiting.revision, act=act(author)),
            lambda: return_draft(waiting, reason="自己退回", act=act(author)),
        ):
            with pytest.raises(RefusedError, match="另一位政策管理人员"):
                deed()
        assert fresh(waiting).state == DraftState.PROPOSED
        assert DocumentText.objects.count() == 1

    def test_who_changed_it_cannot_publish_either(self, author, second):
        draft = with_standard(draft_of("wx2020", author), "6000", author)
        draft = changed(draft, INVENTION, second, title="发明专利奖补")
        draft = proposed(draft, author)
        with pytest.raises(RefusedError, match="您参与过本拟订"):
            publish(draft, revision=draft.revision, act=act(second))
        assert fresh(draft).published is None

    def test_the_database_refuses_one_pair_of_eyes(self, waiting, author):
        with pytest.raises(IntegrityError), transaction.atomic():
            PolicyDraft.objects.filter(pk=waiting.pk).update(decided_by=author)

    @pytest.mark.parametrize("role", [role for role in Role if role != Role.POLICY_ADMIN])
    def test_no_other_official_publishes(self, role, waiting):
        with pytest.raises(RefusedError, match="政策管理人员"):
            publish(waiting, revision=waiting.revision, act=act(make_official(role, wuxi())))
        assert fresh(waiting).state == DraftState.PROPOSED

    def test_others_are_told_and_then_the_author(self, second, waiting, author):
        told = Message.objects.get(user=second)
        assert told.url == f"/policies/drafts/{waiting.key}/"
        publish(waiting, revision=waiting.revision, act=act(second))
        assert "新增 1 个事项版本" in Message.objects.get(user=author).body


class TestProposing:
    def test_nothing_is_proposed_without_a_change(self, author):
        with pytest.raises(RefusedError, match="没有差别"):
            draft = draft_of("wx2020", author)
            propose(draft, revision=0, act=act(author))

    def test_nothing_is_proposed_with_a_problem(self, author):
        draft = changed(draft_of("wx2020", author), INVENTION, author, title="")
        with pytest.raises(RefusedError, match="还有错误"):
            propose(draft, revision=draft.revision, act=act(author))

    def test_nothing_is_proposed_without_saying_what_changes(self, author):
        draft = with_standard(draft_of("wx2020", author), "6000", author)
        with pytest.raises(RefusedError, match="修改说明"):
            propose(draft, revision=draft.revision, act=act(author))

    def test_nothing_is_proposed_while_a_case_waits(self, author):
        load_package_cases(act=act())
        draft = with_standard(draft_of("wx2020", author), "6000", author)
        draft = describe_draft(draft, revision=draft.revision, title="调整", note="依据", act=act(author))
        with pytest.raises(RefusedError, match="1 个案例的结果有变化"):
            propose(draft, revision=draft.revision, act=act(author))
        assert fresh(draft).state == DraftState.DRAFTING

    def test_nothing_is_proposed_while_a_changed_item_has_no_case(self, author):
        draft = with_standard(draft_of("wx2020", author), "6000", author)
        draft = describe_draft(draft, revision=draft.revision, title="调整", note="依据", act=act(author))
        with pytest.raises(RefusedError, match="1 个事项还没有案例"):
            propose(draft, revision=draft.revision, act=act(author))
        with pytest.raises(RefusedError, match="理由"):
            waive_case(draft, INVENTION, reason=" ", act=act(author))
        waiver = waive_case(draft, INVENTION, reason="由上级文件另定", act=act(author))
        assert waive_case(draft, INVENTION, reason="上级文件另定", act=act(author)).pk == waiver.pk
        undo_case(draft, waiver.pk, act=act(author))
        with pytest.raises(RefusedError, match="还没有案例"):
            propose(draft, revision=draft.revision, act=act(author))
        line = {"patent_kind": "invention", "granted_on": "2021-01-05", "fees": "9000"}
        question = {"item": INVENTION, "on": "2021-06-01", "applicant": {"kind": "enterprise"}, "lines": [line]}
        add_case(draft, sentence="发明一件", question=question, expected={"amount": "6000.00"}, act=act(author))
        assert propose(draft, revision=draft.revision, act=act(author)).state == DraftState.PROPOSED

    def test_a_proposed_draft_is_not_changed(self, waiting, author):
        with pytest.raises(RefusedError, match="不能修改"):
            with_standard(waiting, "7000", author)

    def test_its_author_takes_it_back_and_another_does_not(self, waiting, author, second):
        with pytest.raises(RefusedError, match="只有提请发布的人"):
            take_back(waiting, act=act(second))
        take_back(waiting, act=act(author))
        assert with_standard(fresh(waiting), "7000", author).state == DraftState.DRAFTING

    def test_a_returned_draft_is_mended_and_proposed_again(self, waiting, author, second):
        with pytest.raises(RefusedError, match="理由"):
            return_draft(waiting, reason=" ", act=act(second))
        return_draft(waiting, reason="依据不足", act=act(second))
        returned = fresh(waiting)
        assert (returned.state, returned.reason) == (DraftState.RETURNED, "依据不足")
        again = published(with_standard(returned, "7000", author), author, second)
        assert (again.state, amount()) == (DraftState.PUBLISHED, "7000.00")


class TestPublishing:
    def test_a_publication_appends_a_version_a_text_and_a_record(self, waiting, second):
        first = ItemVersion.objects.get(item__code=INVENTION)
        text = publish(waiting, revision=waiting.revision, act=act(second))
        assert (text.number, text.origin, text.published_by) == (2, TextOrigin.BROWSER, second)
        assert text.text == draft_yaml(waiting)
        assert ItemVersion.objects.get(pk=first.pk).hash == first.hash
        assert [v.number for v in ItemVersion.objects.filter(item__code=INVENTION)] == [1, 2]
        assert ItemVersion.objects.exclude(item__code=INVENTION).filter(number=2).count() == 0
        record = AuditRecord.objects.get(action="drafting.publish")
        assert (record.after["sha256"], record.after["count"]) == (text.sha256, 1)
        assert (amount(), SupportItem.objects.get(code=INVENTION).headline) == ("6000.00", "每件最高 6,000 元")

    def test_what_another_read_is_what_is_published(self, waiting, author, second):
        take_back(waiting, act=act(author))
        draft = proposed(with_standard(fresh(waiting), "9000", author), author)
        with pytest.raises(StaleStateError):
            publish(draft, revision=waiting.revision, act=act(second))
        assert amount() == "5000.00"

    def test_a_published_draft_and_its_text_never_change(self, waiting, second):
        text = publish(waiting, revision=waiting.revision, act=act(second))
        for rows, change in ((PolicyDraft.objects.all(), {"title": "另"}), (DocumentText.objects.all(), {"text": ""})):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                rows.update(**change)
        with pytest.raises(RefusedError, match="没有提请发布"):
            publish(fresh(waiting), revision=waiting.revision, act=act(second))
        assert DocumentText.objects.get(pk=text.pk).text == text.text

    def test_a_draft_from_an_older_text_is_refused(self, waiting, author, second):
        other = proposed(with_standard(draft_of("wx2020", author), "7000", author), author)
        publish(waiting, revision=waiting.revision, act=act(second))
        with pytest.raises(RefusedError, match="已有更新的版本"):
            publish(other, revision=other.revision, act=act(second))
        assert (amount(), fresh(other).state) == ("6000.00", DraftState.PROPOSED)

    def test_two_new_documents_of_one_code_are_not_both_published(self, waiting, author, second):
        text = draft_yaml(waiting).replace("wx2020", "wx2026")
        both = [start_draft(None, key=uuid.uuid4(), title=f"新文件{n}", text=text, act=act(author)) for n in (1, 2)]
        first, other = [proposed(draft, author) for draft in both]
        publish(first, revision=first.revision, act=act(second))
        with pytest.raises(RefusedError, match="已有更新的版本"):
            publish(other, revision=other.revision, act=act(second))
        assert PolicyDocument.objects.get(code="wx2026").texts.count() == 1

    def test_an_item_that_is_left_out_can_be_read_and_no_longer_claimed(self, author):
        draft = draft_of("wx2020", author)
        draft = remove_section(draft, place_of(draft, "wx2020-15-gi"), revision=0, act=act(author))
        published(draft, author)
        gone = SupportItem.objects.get(code="wx2020-15-gi")
        assert (gone.claimable, gone.versions.count()) == (False, 1)
        assert "wx2020-15-gi" not in {row.id for row in register_catalogue().register}

    def test_a_new_item_is_published_and_listed_in_the_register(self, author):
        draft = draft_of("wx2020", author)
        item = {**draft.sections[1], "item": "wx2020-17-new", "title": "集成电路布图设计"}
        published(add_section(draft, item, revision=0, act=act(author)), author)
        assert SupportItem.objects.get(code="wx2020-17-new").claimable
        assert "wx2020-17-new" in {row.id for row in register_catalogue().register}

    def test_the_cases_it_settled_become_the_cases(self, author):
        load_package_cases(act=act())
        published(with_standard(draft_of("wx2020", author), "6000", author), author)
        current = WorkedCase.objects.current().filter(item_code=INVENTION)
        assert "5000.01" in [case.expected["amount"] for case in current]
        before = set(WorkedCase.objects.current().values_list("pk", flat=True))
        assert load_package_cases(act=act()) == 0
        assert set(WorkedCase.objects.current().values_list("pk", flat=True)) == before


class TestLaterEffect:
    BEGINS = date(2027, 1, 1)

    @pytest.fixture
    def later(self, author):
        draft = draft_of("wx2020", author)
        steps = yaml_codec.plain(draft.sections[1]["steps"])
        steps[0]["yuan"] = "6000"
        effect = [{"from": self.BEGINS.isoformat()}]
        return published(changed(draft, INVENTION, author, steps=steps, effect=effect), author)

    def test_facts_of_the_day_before_keep_the_earlier_rules(self, later):
        item = SupportItem.objects.get(code=INVENTION)
        assert item_version_for(item, self.BEGINS - timedelta(days=1)).number == 1
        assert item_version_for(item, self.BEGINS).number == 2
        assert (amount("2026-12-31"), amount("2027-01-01")) == ("5000.00", "6000.00")

    def test_both_may_stand_in_one_text(self, later, author):
        draft = draft_of("wx2020", author)
        earlier = yaml_codec.plain(draft.sections[1]) | {"effect": [{"from": "2020-03-10", "to": "2027-01-01"}]}
        earlier["steps"][0]["yuan"] = "4000"
        published(add_section(draft, earlier, at=1, revision=0, act=act(author)), author)
        assert (amount("2026-12-31"), amount("2027-01-01")) == ("4000.00", "6000.00")

    def test_an_end_ends_the_item_for_facts_from_that_day_on(self, author):
        draft = draft_of("wx2020", author)
        published(changed(draft, INVENTION, author, effect=[{"from": "2020-03-10", "to": "2027-01-01"}]), author)
        item = SupportItem.objects.get(code=INVENTION)
        assert item_version_for(item, date(2026, 12, 31)).number == 2
        assert item_version_for(item, date(2027, 1, 1)) is None
        assert amount("2027-01-01") == "0.00"


class TestDeployment:
    def test_a_later_deployment_does_not_put_the_package_back(self, waiting, second):
        publish(waiting, revision=waiting.revision, act=act(second))
        out = StringIO()
        call_command("load_catalogue", stdout=out)
        assert "锡政办发〔2020〕11号 已在线拟订发布" in out.getvalue()
        assert amount() == "6000.00"
        assert [text.origin for text in DocumentText.objects.filter(document__code="wx2020")] == ["package", "browser"]

    def test_a_deployment_twice_keeps_one_text_a_document(self):
        publish_catalogue(act())
        publish_catalogue(act())
        assert DocumentText.objects.count() == PolicyDocument.objects.count() == 5


def test_a_draft_of_the_package_itself_has_no_problem_and_no_change():
    publish_documents()
    author = admin(jiangsu())
    for code in ("bh2024", "fj8", "lyg", "sz2021"):
        draft = draft_of(code, author)
        assert draft_problems(draft) == []
        with pytest.raises(RefusedError, match="没有差别"):
            propose(draft, revision=0, act=act(author))
