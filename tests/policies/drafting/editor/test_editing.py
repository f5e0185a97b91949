"""Writing a section in the browser with posts only: nothing typed is lost."""

import re

import pytest
from django.urls import reverse

from policies.drafting import yaml_codec
from policies.drafting.editor.field_problems import FieldProblems
from policies.drafting.editor.names import section_names
from policies.drafting.editor.page import SectionPage
from policies.drafting.editor.preview import read_preview
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.problems import draft_problems
from policies.drafting.selectors.reading import draft_document
from policies.engine import assess, catalogue_of
from policies.engine.loader import CATALOGUE
from policies.engine.model import content_hash
from tests.policies.drafting.editor.pages import WX2020, Page, fill_in_head, from_text, stored, under

pytestmark = pytest.mark.django_db


# ---- a complete item from nothing, with posts only --------------------------------------------------
def write_new_item(writer, draft):
    """150 yuan an item up to its fee, half for individuals, 600 a year and applicant, the city bears 60 per cent."""
    fill_in_head(writer, draft)
    answer = writer.post(
        reverse("drafting:new_section", args=[draft.key]), {"kind": "per_item", "code": "wx2030-01-copyright"}
    )
    assert answer.status_code == 302
    page = Page(writer, draft, 1)
    page.press(
        "save",
        **under(
            "",
            like="",
            article="第一条第1项",
            title="软件著作权登记补助",
            summary="登记软件著作权的按件补助。",
            kind="per_item",
            beneficiaries=["enterprise", "individual"],
            as_of="registered_on",
            subject="certificate_no",
            subject_rule="refuse",
        ),
    )
    page.add("facts", "certificate_no").add("facts", "registered_on")
    page.press("add:facts:")
    page.press(
        "save",
        **under("facts-2", name="registration_fee", group="required", label="登记费", type="money", unit="元"),
    )
    page.add("evidence", "certificate").add("evidence", "commitment")
    page.add("conditions")
    page.press("save", **under("conditions-0", code="REGISTERED", text="已取得软件著作权登记证书"))
    if "section-steps-rows" in page.sent and page.sent["section-steps-rows"] != ["0"]:
        page.press("drop:steps:0")
    page.add("steps", "standard")
    page.add("steps", "cap_by", **under("steps-0", yuan="150", nature="ceiling", per="每件"))
    page.add("steps", "scale", **under("steps-1", fields="registration_fee", label="登记费"))
    page.press("save", **under("steps-2", ratio="1/2", label="个人减半", code="HALF"))
    page.add("limits", "yuan")
    page.press("save", **under("limits-0", code="YEAR_CAP", yuan="600", per="applicant year", label="同一主体每年"))
    return page.press("save", **under("split", city="60%", rest="district", round="down", cite="第二条"))


def test_an_item_written_with_posts_only_gives_the_right_amounts(writer, draft):
    page = write_new_item(writer, draft)
    draft.refresh_from_db()
    assert draft_problems(draft) == []
    assert "每件最高 150.00 元" in page.text
    loaded = draft_document(draft)
    catalogue = catalogue_of([loaded.document], loaded.items)

    def answer(kind, *lines, **more):
        found = assess(
            catalogue,
            {
                "item": "wx2030-01-copyright",
                "on": "2030-03-01",
                "applicant": {"kind": kind, "region": "无锡"},
                "lines": list(lines),
                "assume": "met",
                **more,
            },
        ).as_dict()
        return found["amount"], found["city"], found["district"]

    assert answer("enterprise", {"registration_fee": "300"}) == ("150.00", "90.00", "60.00")
    assert answer("enterprise", {"registration_fee": "149.99"}) == ("149.99", "89.99", "60.00")
    assert answer("individual", {"registration_fee": "300"}) == ("75.00", "45.00", "30.00")
    assert answer("individual", {"registration_fee": "99.99"}) == ("49.99", "29.99", "20.00")
    assert answer("enterprise", {"registration_fee": "300", "count": 5}) == ("600.00", "360.00", "240.00")
    assert answer("enterprise", {"registration_fee": "300"}, paid={"same_year": "500"}) == ("100.00", "60.00", "40.00")
    (rules,) = loaded.items
    assert rules.fact("registration_fee").label == "登记费"
    assert [item.code for item in rules.evidence if item.required] == ["certificate", "commitment"]
    assert [limit["code"] for limit in rules.limits] == ["YEAR_CAP"]

    url = reverse("drafting:tryout", args=[draft.key, 1])
    typed = {"lines": "1", "kind": "individual", "line-0-registered_on": "2030-03-01", "line-0-registration_fee": "300"}
    assert writer.post(url, typed).context["answer"]["amount"] == "75.00"
    part = writer.post(url, typed, headers={"HX-Request": "true", "HX-Target": "answer"}).content.decode()
    assert "75.00" in part
    assert "<html" not in part


def test_an_unchanged_save_changes_nothing(writer, officer):
    draft = from_text(officer, WX2020)
    for index in range(len(draft.sections)):
        before = stored(draft, index)
        Page(writer, draft, index).press("save")
        assert yaml_codec.write_section(stored(draft, index)) == yaml_codec.write_section(before)
    assert draft.revision == 0


@pytest.mark.parametrize("path", sorted(CATALOGUE.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_page_of_every_section_shows_or_carries_all_of_it(path):
    sections = yaml_codec.read_sections(path.read_text("utf-8"), name=path.name)
    for section in sections:
        page = SectionPage(section, section_names(sections, section), FieldProblems())
        assert page.unknown == ""
        drawn = {name for control in page.form for name in (control.name, f"{control.name}-setting")}
        preserved = {name for name, _ in page.form.preserved}
        assert set(page.form.texts) <= drawn | {f"{name}-wanted" for name in drawn} | preserved


def test_a_document_in_force_has_no_faults_in_its_forms(officer):
    draft = from_text(officer, WX2020)
    for index, section in enumerate(draft.sections):
        assert read_preview(draft, index, section, whole=True).problems.found == []


# ---- faults stand at their fields, and stop nothing ----------------------------------------------------
def test_a_wrong_sum_is_kept_and_told_at_its_control(writer, officer):
    draft = from_text(officer, WX2020)
    page = Page(writer, draft, 1).press("save", **under("steps-0", yuan="五千元"))
    assert stored(draft, 1)["steps"][0]["yuan"] == "五千元"
    form = page.response.context["page"].form
    assert "section-steps-0-yuan" in form.errors
    assert 'value="五千元"' in page.response.content.decode()
    assert page.response.context["page"].parts[5].rows[0].is_open


FAULTS = {
    "section-title": ("", "请填写事项名称。"),
    "section-conditions-0-code": ("kind", "大写字母"),
    "section-conditions-1-text": ("", "请填写条件怎么说。"),
    "section-steps-1-ratio": ("0", "大于零"),
    "section-limits-0-yuan": ("", "请填写上限（元）。"),
    "section-split-city": ("百分之六十", "60%"),
}
# What the engine looks at once every word can be read.
MEANINGS = {
    "section-as_of": ("fees", "不是日期"),
    "section-subject": ("case_no", "案号"),
    "section-conditions-0-value": (["blue"], "专利类型"),
}


@pytest.mark.parametrize("faults", [FAULTS, MEANINGS], ids=["words", "meanings"])
def test_a_fault_is_told_at_its_control_in_words_of_the_form(writer, officer, faults):
    draft = from_text(officer, WX2020)
    page = Page(writer, draft, 1).add("limits", "yuan", **{"section-limits-0-yuan": "600"})
    page.press("save", **({"section-limits-0-yuan": "600"} | {name: value for name, (value, _) in faults.items()}))
    shown = page.response.context["page"]
    assert set(shown.form.errors) == set(faults)
    for name, (_, said) in faults.items():
        assert said in "".join(shown.form.errors[name])
    assert shown.other_problems == []
    assert "加引号" not in page.text


def test_a_row_without_kind_asks_for_one(writer, officer):
    draft = from_text(
        officer, "document: {id: wx2020}\n---\nitem: wx2020-1\nsteps: [{yuan: '5'}]\nlimits: [{code: A}]\n"
    )
    page = Page(writer, draft, 1)
    assert "还没有选这一步做什么" in page.text
    page.press("save:section-steps-0", **under("steps-0", kind="standard"), **under("limits-0", kind="once"))
    assert stored(draft, 1)["steps"] == [{"do": "standard", "yuan": "5"}]
    assert stored(draft, 1)["limits"] == [{"once": "", "code": "A"}]


def test_an_item_is_judged_before_its_document_is_described(writer, draft):
    writer.post(reverse("drafting:new_section", args=[draft.key]), {"kind": "award_fixed", "code": "wx2030-01"})
    page = Page(writer, draft, 1)
    assert "文件信息" in page.text
    assert {"section-title", "section-steps-0-yuan"} <= set(page.response.context["page"].form.errors)
    page.press("preview", **under("", article="第一条", title="奖励", summary="奖励。"), **under("steps-0", yuan="100"))
    assert page.response.context["page"].problem_links == []
    assert page.response.context["preview"].amount_text.startswith("每件 100.00 元")


def test_what_the_form_does_not_know_is_shown_and_can_be_deleted(writer, officer):
    draft = from_text(officer, "document: {id: wx2020}\n---\nitem: wx2020-1\ncolour: blue\ntitle: 甲\n")
    page = Page(writer, draft, 1)
    assert "有表单不认识的内容" in page.text
    page.press("save")
    assert stored(draft, 1)["colour"] == "blue"
    page.press("1", name="forget")
    assert stored(draft, 1) == {"item": "wx2031-1", "title": "甲"}


# ---- rows ----------------------------------------------------------------------------------------------
def test_rows_are_added_moved_and_taken_off(writer, officer):
    draft = from_text(officer, WX2020)
    page = Page(writer, draft, 1)
    codes = [step["do"] for step in draft.sections[1]["steps"]]
    page.press("down:steps:0")
    assert [step["do"] for step in stored(draft, 1)["steps"]] == [codes[1], codes[0], *codes[2:]]
    page.press("up:steps:1").press("drop:steps:5")
    assert [step["do"] for step in stored(draft, 1)["steps"]] == codes[:-1]
    page.press("drop:facts:0")
    assert stored(draft, 1)["facts"]["required"][0] == "patent_kind"
    assert len(stored(draft, 1)["facts"]["optional"]) == 7


def test_what_is_typed_is_kept_when_a_row_is_added(writer, officer):
    draft = from_text(officer, WX2020)
    page = Page(writer, draft, 1).add("conditions", **under("", summary="新的说明"))
    assert stored(draft, 1)["summary"] == "新的说明"
    assert stored(draft, 1)["conditions"][-1] == {"code": "CONDITION"}
    assert page.response.context["page"].opened == ["section-conditions-2"]


def test_one_section_is_saved_on_the_way_to_the_next(writer, officer):
    draft = from_text(officer, WX2020)
    page = Page(writer, draft, 1).press("next", **under("", summary="先存这一段"))
    assert stored(draft, 1)["summary"] == "先存这一段"
    assert page.url == reverse("drafting:section", args=[draft.key, 2])


def test_adding_without_choosing_says_so(writer, officer):
    draft = from_text(officer, WX2020)
    page = Page(writer, draft, 1).press("add:steps", **{"add-steps": ""})
    assert "还没有选" in page.text
    assert len(stored(draft, 1)["steps"]) == 6


def test_whatever_was_chosen_is_added_whichever_button_is_pressed(writer, officer):
    draft = from_text(officer, WX2020)
    page = Page(writer, draft, 1)
    chosen = {"add-facts": ["registered_on", "certificate_no"], "add-limits": "yuan", "add-steps": ""}
    page.press("add:conditions", **chosen)
    section = stored(draft, 1)
    assert section["facts"]["required"][-2:] == ["registered_on", "certificate_no"]
    assert "yuan" in section["limits"][-1]
    assert (len(section["steps"]), section["conditions"][-1]) == (6, {"code": "CONDITION"})
    assert page.response.context["page"].opened[0] == "section-conditions-2"


def test_htmx_gets_the_part_of_the_new_row_with_the_keyboard_in_it_and_not_the_page(writer, officer):
    draft = from_text(officer, WX2020)
    page = Page(writer, draft, 1)
    sent = {**page.sent, "action": "add:limits", "add-limits": "yuan"}
    answer = writer.post(page.url, sent, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert re.findall(r'<section class="card edit-part[^"]*"\s+id="part-(\w+)"', html) == ["limits"]
    assert re.findall(r'id="([\w-]+)"\s+open>\s*<summary autofocus>', html) == [
        f"section-limits-{len(stored(draft, 1)['limits']) - 1}"
    ]
    assert f'name="base" value="{content_hash(stored(draft, 1))}"' in html
    assert "<body" not in html

    # Another fact to choose from changes the parts that offer facts.
    page = Page(writer, draft, 1)
    sent = {**page.sent, "action": "add:facts", "add-facts": "registered_on"}
    html = writer.post(page.url, sent, headers={"HX-Request": "true"}).content.decode()
    assert set(re.findall(r'<section[^>]* id="part-(\w+)"', html)) == {
        "facts",
        "subject",
        "conditions",
        "steps",
        "limits",
    }

    # A stale page is answered in full: what both changed has to be read.
    Page(writer, draft, 1).press("save", **under("", title="甲"))
    stale = writer.post(page.url, {**sent, "section-title": "乙"}, headers={"HX-Request": "true"})
    assert (stale.status_code, stale["HX-Retarget"]) == (200, "body")
    assert "您的内容还没有保存" in stale.content.decode()


def test_a_part_of_the_profile_becomes_the_items_own_and_back(writer, officer):
    draft = from_text(officer, WX2020)
    index = next(at for at, section in enumerate(draft.sections) if section.get("item") == "wx2031-02-strategy")
    page = Page(writer, draft, index)
    assert "取自模板“项目资助”" in page.text
    page.press("own:facts")
    assert stored(draft, index)["facts"]["required"] == ["project_name", "approved_on", "requested"]
    page.press("inherit:facts")
    assert "facts" not in stored(draft, index)


def test_a_shared_reading_is_changed_for_this_document_alone(writer, officer):
    draft = from_text(officer, WX2020)
    writer.post(reverse("drafting:new_section", args=[draft.key]), {"kind": "settings"})
    page = Page(writer, draft, 1).add("settings", "half_after_ceiling")
    page.press("save", **under("settings-0", default="false"))
    assert stored(draft, 1)["settings"]["half_after_ceiling"]["default"] is False
    (item,) = [item for item in draft_document(draft).items if item.id == "wx2031-01-inv"]
    assert [s.default for s in item.settings if s.name == "half_after_ceiling"] == [False]


def test_a_rule_of_the_register_is_written(writer, draft):
    fill_in_head(writer, draft)
    writer.post(reverse("drafting:new_section", args=[draft.key]), {"kind": "rule", "code": "wx2030-r-effect"})
    Page(writer, draft, 1).press("save", **under("", article="第三条", title="施行日期", modelled_as="document.effect"))
    assert draft_problems(PolicyDraft.objects.get(pk=draft.pk)) == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"kind": "", "code": "wx2030-1"}, "请选择要添加什么"),
        ({"kind": "per_item", "code": "无锡"}, "小写字母"),
        ({"kind": "per_item", "code": "wx2030"}, "已经用过"),
    ],
)
def test_a_new_section_needs_a_kind_and_an_id_of_its_own(writer, draft, sent, said):
    page = writer.post(reverse("drafting:new_section", args=[draft.key]), sent)
    assert said in page.content.decode()
    assert len(PolicyDraft.objects.get(pk=draft.pk).sections) == 1


def test_an_item_is_copied_under_another_id(writer, officer):
    draft = from_text(officer, WX2020)
    writer.post(reverse("drafting:copy_section", args=[draft.key, 1]))
    assert stored(draft, 2) == {**stored(draft, 1), "item": "wx2031-01-inv-v2"}


# ---- preview ---------------------------------------------------------------------------------------------
def test_a_preview_says_what_it_would_come_to_and_stores_nothing(writer, officer):
    draft = from_text(officer, WX2020)
    page = Page(writer, draft, 1)
    page.press("preview", **under("steps-0", yuan="6000"))
    assert "6,000.00 元" in page.text
    assert "还没有保存" in page.text
    assert stored(draft, 1)["steps"][0]["yuan"] == "5000"
    part = writer.post(reverse("drafting:section_preview", args=[draft.key, 1]), page.sent)
    assert "6,000.00 元" in part.content.decode()
    said = part.content.decode().split("#preview-said")[1].split("</div>")[0]
    assert "6,000 元" in said
    assert len("".join(said.split())) <= 80
    assert stored(draft, 1)["steps"][0]["yuan"] == "5000"


def test_the_preview_of_a_higher_tier_knows_the_lower_one(writer, officer):
    draft = from_text(officer, WX2020)
    index = next(at for at, section in enumerate(draft.sections) if section.get("item") == "wx2031-04-excel")
    page = Page(writer, draft, index).press("preview")
    assert page.response.context["preview"].item is not None
