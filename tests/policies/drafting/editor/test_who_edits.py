"""Two people at one section, and who may write at all: stale pages overwrite nothing."""

import re
import uuid

import pytest
from django.urls import reverse

from policies.drafting.editor import views
from policies.drafting.enums import DraftState
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.reading import draft_document
from policies.drafting.services.drafts import save_section
from portal.accounts.enums import Role
from tests.factories import act, make_member, make_official, wuxi
from tests.policies.drafting.editor.pages import WX2020, Page, fill_in_head, from_text, stored, under

pytestmark = pytest.mark.django_db


# ---- two people at once -----------------------------------------------------------------------------------
def test_what_two_people_changed_in_different_places_is_kept_of_both(writer, officer):
    draft = from_text(officer, WX2020)
    mine, theirs = Page(writer, draft, 1), Page(writer, draft, 1)
    theirs.press("save", **under("steps-0", yuan="7000"))
    mine.press("save", **under("", summary="我的说明"))
    assert mine.response.status_code == 200
    assert "都已保留" in mine.text
    assert (stored(draft, 1)["summary"], stored(draft, 1)["steps"][0]["yuan"]) == ("我的说明", "7000")


def test_only_what_both_changed_is_asked_and_the_others_is_preselected(writer, officer):
    draft = from_text(officer, WX2020)
    mine, theirs = Page(writer, draft, 1), Page(writer, draft, 1)
    theirs.press("save", **under("steps-0", yuan="7000"), **under("", title="对方的名称"))
    mine.press("save", **under("steps-0", yuan="8000"), **under("", summary="我的说明"))
    assert mine.response.status_code == 409
    assert [one.name for one in mine.response.context["conflict"]] == ["section-steps-0-yuan"]
    assert re.search(r'value="section-steps-0-yuan"\s+checked', mine.response.content.decode())
    assert stored(draft, 1)["steps"][0]["yuan"] == "7000"
    mine.press("save", theirs="section-steps-0-yuan")
    saved = stored(draft, 1)
    assert (saved["summary"], saved["title"], saved["steps"][0]["yuan"]) == ("我的说明", "对方的名称", "7000")


def test_a_stale_page_that_does_not_say_what_it_was_loaded_with_overwrites_nothing(writer, officer):
    draft = from_text(officer, WX2020)
    mine, theirs = Page(writer, draft, 1), Page(writer, draft, 1)
    theirs.press("save", **under("steps-0", yuan="7000"))
    mine.press("save", loaded="{}", **under("", summary="我的说明"))
    assert mine.response.status_code == 409
    assert "7000" in mine.text
    assert "我的说明" in mine.text
    assert stored(draft, 1)["steps"][0]["yuan"] == "7000"


def test_two_people_write_two_sections_of_one_draft(writer, officer):
    draft = from_text(officer, WX2020)
    mine, theirs = Page(writer, draft, 1), Page(writer, draft, 2)
    theirs.press("save", **under("", summary="外观"))
    mine.press("save", **under("", summary="发明"))
    assert (stored(draft, 1)["summary"], stored(draft, 2)["summary"]) == ("发明", "外观")


def test_a_section_that_moved_is_found_again(writer, officer):
    draft = from_text(officer, WX2020)
    page = Page(writer, draft, 2)
    writer.post(reverse("drafting:copy_section", args=[draft.key, 1]))
    page.press("save", **under("", summary="挪了地方"))
    assert stored(draft, 3)["summary"] == "挪了地方"


def test_a_section_that_is_gone_keeps_what_was_typed_on_the_page(writer, officer):
    draft = from_text(officer, WX2020)
    page = Page(writer, draft, 2)
    draft.sections = [part for at, part in enumerate(draft.sections) if at != 2]
    draft.revision += 1
    draft.save()
    before = draft.sections
    page.press("save", **under("", summary="我写的"))
    assert page.response.status_code == 409
    assert "我写的" in page.response.content.decode()
    draft.refresh_from_db()
    assert draft.sections == before


# ---- who may ----------------------------------------------------------------------------------------------
def test_an_auditor_reads_and_changes_nothing(client, draft, officer, settings):
    client.force_login(make_official(Role.AUDITOR, wuxi()))
    url = reverse("drafting:section", args=[draft.key, 0])
    page = client.get(url)
    assert page.status_code == 200
    assert 'value="done"' not in page.content.decode()
    client.post(url, {"section-is": "document", "section-document-title": "改过", "base": page.context["base"]})
    assert stored(draft, 0)["document"]["title"] == ""
    assert client.post(reverse("drafting:section_preview", args=[draft.key, 0])).status_code == 403
    assert client.get(reverse("drafting:new_section", args=[draft.key])).status_code == 403


@pytest.mark.parametrize("role", [Role.DECISION_MAKER, Role.CITY_OFFICER, Role.SYSTEM_ADMIN])
def test_other_officials_are_kept_out(client, draft, role):
    client.force_login(make_official(role, wuxi()))
    assert client.get(reverse("drafting:section", args=[draft.key, 0])).status_code == 403


def test_applicants_are_kept_out(client, draft):
    client.force_login(make_member())
    assert client.get(reverse("drafting:section", args=[draft.key, 0])).status_code == 403


def test_a_proposed_draft_is_not_changed_and_what_was_typed_is_not_lost(writer, officer, draft):
    page = Page(writer, draft, 0)
    PolicyDraft.objects.filter(pk=draft.pk).update(
        state=DraftState.PROPOSED, proposed_by=officer, proposed_at=draft.created_at
    )
    page.press("save", **under("document", title="晚到的标题"))
    assert stored(draft, 0)["document"]["title"] == ""
    assert "晚到的标题" in page.response.content.decode()
    assert "不能修改" in page.text


def test_a_section_that_is_not_there_is_not_found(writer, draft):
    assert writer.get(reverse("drafting:section", args=[draft.key, 7])).status_code == 404
    assert writer.get(reverse("drafting:section", args=[uuid.uuid4(), 0])).status_code == 404


def test_a_colleague_who_saves_another_section_in_the_same_moment_is_no_conflict(writer, officer, monkeypatch):
    draft = from_text(officer, WX2020)
    page = Page(writer, draft, 1)
    place = views.place_of

    def meanwhile(sections, **where):
        """Find the section, and then let somebody else be faster once."""
        monkeypatch.setattr(views, "place_of", place)
        now = PolicyDraft.objects.get(pk=draft.pk)
        save_section(now, 2, {**now.sections[2], "summary": "外观"}, revision=now.revision, act=act(officer))
        return place(sections, **where)

    monkeypatch.setattr(views, "place_of", meanwhile)
    page.press("save", **under("", summary="发明"))
    assert (stored(draft, 1)["summary"], stored(draft, 2)["summary"]) == ("发明", "外观")


def test_a_phase_of_a_plan_is_written_with_its_tasks(writer, draft):
    fill_in_head(writer, draft)
    writer.post(reverse("drafting:new_section", args=[draft.key]), {"kind": "rule", "code": "wx2030-p-one"})
    page = Page(writer, draft, 1)
    page.press("save", **under("", article="第四条", title="启动", modelled_as="programme responsibility"))
    page.press(
        "save",
        **under(
            "programme", **{"from": "2030-02-01", "to": "2031-01-01", "tasks": "制定细则\n公布细则", "every": "once"}
        ),
    )
    page.add("programme.owners")
    page.press("save", **under("programme-owners-0", who="市知识产权局", part="lead"))
    (row,) = draft_document(PolicyDraft.objects.get(pk=draft.pk)).register
    assert row.programme.tasks == ("制定细则", "公布细则")
    assert [owner.who for owner in row.programme.owners] == ["市知识产权局"]
