"""Writing a draft: what is typed is kept, stale pages overwrite nothing, and only policy administrators write."""

import uuid

import pytest

from policies.drafting.enums import DraftState
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.problems import draft_problems
from policies.drafting.selectors.reading import draft_yaml
from policies.drafting.services.drafts import (
    add_section,
    describe_draft,
    import_yaml,
    move_section,
    remove_section,
    save_section,
    start_draft,
    withdraw,
)
from policies.engine import CatalogueError
from policies.published.models import PolicyDocument
from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError, StaleStateError
from tests.factories import act, make_member, make_official, wuxi
from tests.policies.drafting.worlds import INVENTION, admin, changed, draft_of, place_of, publish_package

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    publish_package("wx2020")
    return admin()


@pytest.fixture
def draft(author):
    return draft_of("wx2020", author)


def test_a_change_begins_with_the_newest_text_and_without_problems(draft):
    document = PolicyDocument.objects.get(code="wx2020")
    assert draft.base == document.texts.get()
    assert draft.document_code == "wx2020"
    assert [next(iter(section)) for section in draft.sections[:2]] == ["document", "item"]
    assert draft_problems(draft) == []
    assert AuditRecord.objects.filter(action="drafting.start", target_id=str(draft.pk)).count() == 1


def test_a_new_document_begins_with_an_empty_head_that_names_what_is_missing(author):
    draft = start_draft(None, key=uuid.uuid4(), title="新文件", code="wx2026", act=act(author))
    assert draft.sections[0]["document"]["id"] == "wx2026"
    assert {problem.path for problem in draft_problems(draft)} >= {("document", "title"), ("document", "issuer")}


def test_a_new_document_may_begin_with_a_text(author, draft):
    text = draft_yaml(draft).replace("wx2020", "wx2026")
    fresh = start_draft(None, key=uuid.uuid4(), title="新文件", text=text, act=act(author))
    assert (fresh.document_code, fresh.base) == ("wx2026", None)
    assert draft_problems(fresh) == []


def test_the_same_key_is_one_draft(author):
    key = uuid.uuid4()
    drafts = {start_draft(None, key=key, title="新文件", code="wx2026", act=act(author)).pk for _ in range(2)}
    assert len(drafts) == 1


def test_a_code_that_is_taken_is_refused(author):
    with pytest.raises(RefusedError, match="已有文件"):
        start_draft(None, key=uuid.uuid4(), title="新文件", code="wx2020", act=act(author))
    assert not PolicyDraft.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.POLICY_ADMIN])
def test_no_other_official_writes(role, author):
    region = wuxi()
    with pytest.raises(RefusedError, match="政策管理人员"):
        start_draft(None, key=uuid.uuid4(), title="新", code="wx2026", act=act(make_official(role, region)))
    assert not PolicyDraft.objects.exists()


def test_auditors_read_and_others_do_not(draft):
    assert PolicyDraft.objects.visible_to(make_official(Role.AUDITOR, wuxi())).get() == draft
    for stranger in (make_official(Role.CITY_OFFICER, wuxi()), make_member()):
        assert not PolicyDraft.objects.visible_to(stranger).exists()


def test_a_section_is_kept_right_or_wrong(draft, author):
    broken = changed(draft, INVENTION, author, title="", steps=[{"do": "guess"}])
    stored = PolicyDraft.objects.get(pk=draft.pk)
    assert stored.sections == broken.sections
    assert stored.sections[1]["steps"] == [{"do": "guess"}]
    assert stored.revision == 1
    assert {problem.path for problem in draft_problems(stored)} == {("title",), ("steps", 0, "do")}


def test_keys_come_back_in_the_order_they_were_written(draft, author):
    section = {"item": INVENTION, "z": "1", "a": "2"}
    save_section(draft, 1, section, revision=0, act=act(author))
    assert list(PolicyDraft.objects.get(pk=draft.pk).sections[1]) == ["item", "z", "a"]


def test_saving_what_is_stored_changes_nothing(draft, author):
    same = save_section(draft, 1, draft.sections[1], revision=99, act=act(author))
    assert same.revision == 0


def test_a_stale_page_overwrites_nothing_and_gets_both_wordings(draft, author):
    changed(draft, INVENTION, author, title="别人改的")
    mine = {**draft.sections[1], "title": "我改的"}
    with pytest.raises(StaleStateError) as stale:
        save_section(draft, 1, mine, revision=0, act=act(author))
    assert stale.value.attempted["title"] == "我改的"
    assert stale.value.current.sections[1]["title"] == "别人改的"
    assert PolicyDraft.objects.get(pk=draft.pk).sections[1]["title"] == "别人改的"


@pytest.mark.parametrize(
    "deed",
    [
        lambda draft, deed: add_section(draft, {"rule": "wx2020-x"}, revision=0, act=deed),
        lambda draft, deed: remove_section(draft, 1, revision=0, act=deed),
        lambda draft, deed: move_section(draft, 1, to=2, revision=0, act=deed),
        lambda draft, deed: import_yaml(draft, "document: {id: wx2020}", revision=0, act=deed),
        lambda draft, deed: describe_draft(draft, revision=0, title="另", note="", act=deed),
    ],
    ids=["add", "remove", "move", "import", "describe"],
)
def test_no_stale_page_changes_the_draft(deed, draft, author):
    before = changed(draft, INVENTION, author, title="别人改的")
    with pytest.raises(StaleStateError):
        deed(draft, act(author))
    stored = PolicyDraft.objects.get(pk=draft.pk)
    assert (stored.sections, stored.title) == (before.sections, before.title)


def test_sections_are_added_moved_and_taken_off(draft, author):
    count = len(draft.sections)
    draft = add_section(draft, {"rule": "wx2020-x"}, at=1, revision=0, act=act(author))
    assert (len(draft.sections), place_of(draft, "wx2020-x")) == (count + 1, 1)
    draft = move_section(draft, 1, to=count, revision=1, act=act(author))
    assert place_of(draft, "wx2020-x") == count
    draft = move_section(draft, count, to=0, revision=2, act=act(author))
    assert place_of(draft, "wx2020-x") == 1
    draft = remove_section(draft, 1, revision=3, act=act(author))
    assert draft.sections == PolicyDraft.objects.get(pk=draft.pk).sections
    assert len(draft.sections) == count


def test_the_head_stays_first_and_stays(draft, author):
    for deed in (
        lambda: remove_section(draft, 0, revision=0, act=act(author)),
        lambda: move_section(draft, 0, to=3, revision=0, act=act(author)),
        lambda: add_section(draft, {"document": {}}, revision=0, act=act(author)),
        lambda: save_section(draft, 0, {"item": "wx2020-x"}, revision=0, act=act(author)),
    ):
        with pytest.raises(RefusedError):
            deed()
    assert PolicyDraft.objects.get(pk=draft.pk).revision == 0


def test_an_export_is_imported_as_the_same_sections(draft, author):
    exported = draft_yaml(draft)
    emptied = remove_section(draft, 1, revision=0, act=act(author))
    again = import_yaml(emptied, exported, revision=1, act=act(author))
    assert again.sections == draft.sections


def test_a_text_that_cannot_be_read_changes_nothing(draft, author):
    with pytest.raises(CatalogueError):
        import_yaml(draft, "document: {id: wx2020", revision=0, act=act(author))
    assert PolicyDraft.objects.get(pk=draft.pk).sections == draft.sections


def test_a_withdrawn_draft_is_over(draft, author):
    withdraw(draft, reason="改由另文规定", act=act(author))
    stored = PolicyDraft.objects.get(pk=draft.pk)
    assert (stored.state, stored.reason) == (DraftState.WITHDRAWN, "改由另文规定")
    with pytest.raises(RefusedError, match="已撤回"):
        changed(stored, INVENTION, author, title="另")
    with pytest.raises(RefusedError, match="不能再撤回"):
        withdraw(stored, reason="再来", act=act(author))


def test_a_nul_that_no_database_keeps_is_dropped(draft, author):
    draft = changed(draft, INVENTION, author, title="发明\0专利")
    assert draft.sections[1]["title"] == "发明专利"
