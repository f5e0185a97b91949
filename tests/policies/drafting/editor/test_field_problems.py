"""Each problem of a section stands at the control that it is about, in words of the form."""

import copy
import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest

from policies.drafting.editor.field_problems import control_at, field_problems, speaker
from policies.drafting.editor.names import section_names
from policies.drafting.editor.page import SectionPage
from policies.engine import CatalogueError, read_document

HEAD = {
    "document": {
        "id": "td2030",
        "number": "",
        "title": "测试文件",
        "short_title": "测试文件",
        "issuer": "测试市",
        "region_code": "320200",
        "areas": ["无锡"],
        "issued_on": "2030-01-01",
        "status": "in_force",
        "effect": [{"from": "2030-01-01"}],
        "payer": "city",
        "route": "city",
        "source_note": "测试",
    }
}
SETTINGS = {"settings": {"own": {"label": "甲", "kind": "date", "default": "2030-01-01", "source": "测试"}}}
ITEM: dict[str, Any] = {
    "item": "td2030-01",
    "article": "第一条",
    "title": "发明专利",
    "summary": "按件奖补。",
    "kind": "per_item",
    "beneficiaries": ["enterprise", "individual"],
    "as_of": "granted_on",
    "facts": {
        "required": ["patent_kind", "granted_on"],
        "optional": [{"name": "layout_fees", "label": "布图设计费", "type": "money", "unit": "元"}],
    },
    "evidence": {
        "required": ["certificate"],
        "optional": [{"code": "layout_certificate", "label": "登记证书"}],
    },
    "conditions": [
        {
            "code": "KIND",
            "text": "发明",
            "field": "patent_kind",
            "in": ["invention"],
            "unless": {"field": "granted_on", "before": "2031-01-01"},
        }
    ],
    "steps": [
        {"do": "rate_of", "fields": ["fees"], "ratio": "50%", "nature": "ceiling"},
        {"do": "at_most", "yuan": "5000"},
        {
            "do": "scale",
            "ratio": "1/2",
            "label": "个人减半",
            "only": {"field": "applicant_kind", "in": ["individual"]},
            "if": {"half_after_ceiling": True},
        },
    ],
    "limits": [
        {
            "code": "CAP",
            "yuan": "9000",
            "per": ["applicant", "year"],
            "scale": {"ratio": "1/2", "only": {"field": "applicant_kind", "is": "individual"}},
        }
    ],
    "split": {"city": "60%", "rest": "district", "round": "down"},
    "effect": [{"from": "2030-01-01"}],
}
RULE = {
    "rule": "td2030-r",
    "article": "第二条",
    "title": "职责",
    "modelled_as": "programme responsibility",
    "programme": {
        "from": "2030-01-01",
        "to": "2031-01-01",
        "every": "year",
        "tasks": ["推进"],
        "owners": [{"who": "市局", "part": "lead"}, {"who": "区政府", "part": "support"}],
    },
}
SECTIONS: list[dict[str, Any]] = [HEAD, SETTINGS, ITEM, RULE]


def with_value(section: int, path: tuple[str | int, ...], value: Any) -> list[dict[str, Any]]:
    """The sections with another value at a path; None takes the key out."""
    sections: list[dict[str, Any]] = copy.deepcopy(SECTIONS)
    holder: Any = sections[section]
    for part in path[:-1]:
        holder = holder[part]
    if value is None:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return sections


def page_of(sections: list[dict[str, Any]], index: int) -> SectionPage:
    """The page of a section with the problems that the engine finds in it."""
    found: tuple[Any, ...] = ()
    try:
        read_document(sections, name="td2030.yaml")
    except CatalogueError as error:
        found = error.problems
    words = section_names(sections, sections[index])
    mine = [problem for problem in found if problem.section == index]
    return SectionPage(sections[index], words, field_problems(sections[index], mine, words=words), HEAD["document"])


def test_the_sections_that_faults_are_put_into_are_sound():
    assert read_document(SECTIONS, name="td2030.yaml").items
    assert [page_of(SECTIONS, index).problem_links for index in range(4)] == [[], [], [], []]


AT = [
    (0, ("document", "issued_on"), "下周", "section-document-issued_on", "“下周”不是日期"),
    (0, ("document", "effect", 0, "from"), "2030-02-30", "section-document-effect-0-from", "没有 2030-02-30 这一天"),
    (1, ("settings", "own", "default"), "soon", "section-settings-0-default", "“soon”不是日期"),
    (2, ("title",), "", "section-title", "请填写事项名称。"),
    (2, ("title",), None, "section-title", "请填写事项名称。"),
    (2, ("kind",), "gift", "section-kind", "请重新选择"),
    (2, ("as_of",), "fees", "section-as_of", "不是日期"),
    (2, ("beneficiaries",), ["martian"], "section-beneficiaries", "没有“martian”这个选项"),
    (2, ("facts", "optional", 0, "type"), "float", "section-facts-2-type", "没有“float”这个选项"),
    (2, ("evidence", "optional", 0, "code"), "Layout", "section-evidence-1-code", "不能用作代码"),
    (2, ("conditions", 0, "in"), ["blue"], "section-conditions-0-value", "“blue”不是“专利类型”的选项"),
    (2, ("conditions", 0, "unless", "before"), "明年", "section-conditions-0-unless-value", "“明年”不是日期"),
    (2, ("steps", 0, "ratio"), "0", "section-steps-0-ratio", "比例为零"),
    (2, ("steps", 0, "nature"), "ceilling", "section-steps-0-nature", "是否为“最高”"),
    (2, ("steps", 1, "yuan"), "-5", "section-steps-1-yuan", "金额不能为负数"),
    (2, ("steps", 1, "do"), "eval", "section-steps-1-kind", "请选择这一步做什么"),
    (2, ("steps", 2, "only", "in"), [], "section-steps-2-only-value", "请至少填写 1 项"),
    (2, ("steps", 2, "only", "field"), "Kind", "section-steps-2-only-field", "不能用作代码"),
    (2, ("steps", 2, "if"), {"half_after_ceiling": "no"}, "section-steps-2-if", "请选择是或否"),
    (2, ("limits", 0, "yuan"), "", "section-limits-0-yuan", "请填写上限（元）。"),
    (2, ("limits", 0, "per"), ["moon"], "section-limits-0-per", "请重新选择"),
    (2, ("limits", 0, "scale", "ratio"), "150%", "section-limits-0-scale-ratio", "0 到 100%"),
    (2, ("limits", 0, "scale", "only", "is"), "", "section-limits-0-scale-only-value", "请填写与什么比较。"),
    (2, ("split", "city"), "百分之六十", "section-split-city", "“百分之六十”不是比例"),
    (2, ("effect", 0, "to"), "2029-01-01", "section-effect-0-to", "止日早于起日"),
    (3, ("programme", "owners", 1, "part"), "boss", "section-programme-owners-1-part", "没有“boss”这个选项"),
    (3, ("programme", "every"), None, "section-programme-every", "请选择多久一次"),
    (3, ("programme", "tasks"), [], "section-programme-tasks", "请至少填写 1 项"),
]


@pytest.mark.parametrize(("index", "path", "value", "control", "words"), AT, ids=lambda part: str(part)[:40])
def test_a_problem_stands_at_its_control(index, path, value, control, words):
    page = page_of(with_value(index, path, value), index)
    found = [problem for problem in page.problems.found if problem.control == control]
    assert any(words in problem.text for problem in found), page.problems.found
    assert any(words in text for text in page.form.errors[control])


@pytest.mark.parametrize(("index", "path", "value"), [case[:3] for case in AT], ids=lambda part: str(part)[:40])
def test_a_form_never_speaks_of_files(index, path, value):
    page = page_of(with_value(index, path, value), index)
    typed = {str(value)} | set(re.findall(r"[A-Za-z_-]+", str(value))) if value else set()
    for problem in page.problems.found:
        assert not re.search("引号|YAML|键|映射", problem.text)
        names = set(re.findall(r"[A-Za-z][A-Za-z0-9_]+", problem.text.partition("，如 ")[0]))
        assert names <= typed, problem.text


WRONG = [None, "", "乱写", [], {}, ["乱写"], {"乱写": "乱写"}, -1, "0", "150%", "2029-12-31"]


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place inside a value."""
    if at:
        yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*at, key))


@pytest.mark.parametrize("index", range(len(SECTIONS)))
def test_whatever_is_wrong_anywhere_the_form_speaks_its_own_language(index):
    # What an author of these sections typed is theirs to read.
    typed = {"layout_fees", "layout_certificate", "own", "rule", "item", "document"}
    for path, value in itertools.product(places(SECTIONS[index]), WRONG):
        if path[0] in ("rule", "item", "document", "settings") and len(path) == 1:
            continue
        sections = with_value(index, path, value)
        try:
            read_document(sections, name="td2030.yaml")
        except CatalogueError as error:
            problems = [problem for problem in error.problems if problem.section is not None]
        else:
            continue
        for problem in problems:
            section = sections[problem.section]
            for one in field_problems(section, [problem], words=section_names(sections, section)).found:
                assert not re.search("引号|YAML|键|映射|None", one.text), (path, value, one.text)
                names = set(re.findall(r"[A-Za-z][A-Za-z0-9_]+", one.text.partition("，如 ")[0]))
                assert names <= typed, (path, value, one.text)


@pytest.mark.parametrize(("index", "path", "value", "control", "words"), AT, ids=lambda part: str(part)[:40])
def test_no_problem_is_lost(index, path, value, control, words):
    page = page_of(with_value(index, path, value), index)
    shown = [text for texts in page.form.errors.values() for text in texts]
    shown += [text for part in page.parts for text in part.problems]
    shown += [text for part in page.parts for row in part.rows for text in row.problems]
    shown += page.other_problems
    assert {problem.text for problem in page.problems.found} <= set(shown)


def test_a_path_leads_to_the_name_of_its_control():
    found = [control_at(ITEM, path) for path in [("steps", 2, "only", "in"), ("facts", "optional", 0, "label"), ()]]
    assert [(one.name, one.label) for one in found] == [
        ("section-steps-2-only-value", "与什么比较"),
        ("section-facts-2-label", "名称"),
        ("section", "这一段"),
    ]
    # A path that leads nowhere still names its row.
    assert control_at(ITEM, ("steps", 9, "yuan")).name == "section-steps-9-yuan"


def test_a_name_is_shown_by_its_label_and_what_is_none_as_it_is():
    speak = speaker(fact={"fees": "费用合计"})
    assert speak("fees", "fact") == "费用合计"
    assert speak("colour", "fact") == "colour"
    assert speak("fees", "") == "fees"
