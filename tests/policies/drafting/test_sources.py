"""A document's own text stands beside the form; what is marked there is cited, and published with the rules."""

import io
import uuid
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from policies.drafting.forms import SourceForm
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.sources import open_count, source_pane
from policies.drafting.services.decisions import propose, publish
from policies.drafting.services.drafts import describe_draft, save_section, start_draft
from policies.drafting.services.sources import cite_passages, set_aside, set_source
from policies.published.models import PolicyDocument, SupportItem
from portal.accounts.enums import Role
from portal.core import file_reader
from portal.core.errors import RefusedError
from portal.core.file_reader import INDENT
from tests.factories import act, make_official, suzhou
from tests.files import make_pdf
from tests.policies.drafting.editor.pages import Page, stored
from tests.policies.drafting.test_borrowing import cited, lend, new_draft
from tests.policies.drafting.worlds import admin

TEXT = """某市知识产权资助办法
第一条 为促进创新，制定本办法。
第二条 对下列权利给予资助：
（一）发明专利，每件最高5000元；
（二）外观设计，每件500元。
第三条 本办法自印发之日起施行。"""
INVENTION = "（一）发明专利，每件最高5000元；"


def word_file(*paragraphs, head="", **parts):
    """A Word file; a paragraph is its text, or its text with what its properties say. `parts`: further ones by name."""
    pairs = [one if isinstance(one, tuple) else (one, "") for one in paragraphs]
    body = "".join(f"<w:p><w:pPr>{said}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>" for text, said in pairs)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f'{head}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
        )
        for name, part in parts.items():
            archive.writestr(f"word/{name}.xml", f'<w:{name} xmlns:w="{space}">{part}</w:{name}>')
    return target.getvalue()


def without_text(found):
    found.pages[0].Contents = found.make_stream(b"")


def test_a_word_file_is_read_paragraph_by_paragraph_up_to_a_length_and_without_entities():
    assert file_reader.read_word(word_file("第一条", "第二条 甲"), 100) == f"第一条\n{INDENT}第二条 甲"
    assert file_reader.read_word(word_file("第一条", "第二条 甲"), 3) == "第一条"
    assert file_reader.read_word(word_file("&e;", head='<!DOCTYPE a [<!ENTITY e "长">]>'), 100) == ""
    assert file_reader.read_word(b"PK\x03\x04", 100) == ""


def test_lines_of_a_pdf_that_begin_right_of_the_margin_are_shown_so_where_they_can_be_told():
    pages = ["某办法\r\n第一条 甲\r\n乙\r\n丙", "丁\r\n— 2 —\r\n戊"]
    starts = [[(250.0, 20.0), (120.0, 16.0), (88.2, 16.0), (103.9, 16.0)], [(88.0, 16.0)]]
    found = file_reader.with_indents(pages, starts)

    assert found == [f"{INDENT}某办法\n{INDENT}第一条 甲\n乙\n丙", pages[1]]
    assert file_reader.with_indents(pages[:1], [[]]) == pages[:1]


def level(at, form, text, start=1):
    said = f'<w:start w:val="{start}"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{at}">{said}</w:lvl>'


def counted(at, number=1):
    return f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>'


def test_numbers_that_word_counts_by_itself_are_read_as_they_are_printed():
    outline = level(0, "chineseCounting", "%1、") + level(1, "japaneseCounting", "（%2）") + level(2, "decimal", "%3.")
    articles = level(0, "chineseCountingThousand", "第%1条", start=9)
    numbering = (
        f'<w:abstractNum w:abstractNumId="7">{outline}</w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="8">{articles}</w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="9">{level(0, "bullet", "•")}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="9"/></w:num>'
        '<w:num w:numId="4"><w:abstractNumId w:val="7"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    styles = (
        f'<w:style w:styleId="Article"><w:pPr>{counted(0, 2)}</w:pPr></w:style>'
        '<w:style w:styleId="Mine"><w:basedOn w:val="Article"/></w:style>'
    )
    paragraphs = [
        ("总则", counted(0)),
        ("甲", counted(1)),
        ("子", counted(2)),
        ("丑", counted(2)),
        ("乙", counted(1)),
        ("寅", counted(2)),
        ("分则", counted(0)),
        ("丙", counted(1)),
        ("点", counted(0, 3)),
        ("没有", counted(0, 0)),
        ("款", '<w:pStyle w:val="Mine"/>'),
        ("款", '<w:pStyle w:val="Article"/>'),
        ("另起", counted(0, 4)),
    ]
    found = file_reader.read_word(word_file(*paragraphs, numbering=numbering, styles=styles), 1000)

    assert found.split(f"\n{INDENT}") == [
        *("一、总则", "（一）甲", "1. 子", "2. 丑", "（二）乙", "1. 寅", "二、分则", "（一）丙"),
        *("点", "没有", "第九条 款", "第十条 款", "一、另起"),
    ]
    assert file_reader.read_word(word_file(("甲", counted(0)), numbering="<w:abstractNum"), 100) == ""


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.docx", word_file("第一条 甲。"), ""),
        ("a.pdf", make_pdf(without_text), "没有文字"),
        ("a.docx", b"not a file", "不是 Word"),
    ],
)
def test_an_upload_gives_its_text_or_says_what_to_do(name, content, said):
    form = SourceForm({"text": ""}, {"file": SimpleUploadedFile(name, content)})

    assert form.is_valid() is not bool(said)
    assert said in str(form.errors) if said else form.cleaned_data["text"] == "第一条 甲。"


@pytest.fixture
def author(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    return admin()


@pytest.fixture
def draft(author):
    """A draft with an item of the library and the text of its document."""
    return set_source(lend(new_draft(author), author, "invention", "sample-01"), TEXT, act=act(author))


@pytest.mark.django_db
def test_a_sentence_ticked_beside_the_form_fills_in_the_article_and_keeps_what_was_typed(client, author, draft):
    client.force_login(author)
    page = Page(client, draft, 1, query="?source=3")
    assert INVENTION in page.text
    number = page.response.context["source"].unit.passages[0].passage.number

    page.press("cite", source="3", shown=str(number), passage=str(number), **{"section-title": "改了名"})

    assert (stored(draft, 1)["article"], stored(draft, 1)["title"]) == ("第二条第1项", "改了名")
    assert draft.marks == {INVENTION: {"by": ["sample-01"]}}
    assert "checked" in page.response.content.decode()
    other = lend(draft, author, "invention", "sample-02")
    assert source_pane(other, "sample-02").unit.unit.place == "第二条第2项"
    page.press("cite", source="3", shown=str(number), passage=[])
    draft.refresh_from_db()
    assert draft.marks == {}


@pytest.mark.django_db
def test_what_no_item_cites_is_listed_until_it_is_set_aside_with_a_reason(client, author, draft):
    client.force_login(author)
    address, marking = reverse("drafting:source", args=[draft.key]), reverse("drafting:mark_source", args=[draft.key])
    count = open_count(draft)
    assert f"还有 {count} 句" in client.get(address).content.decode().replace("<strong>", "")

    client.post(marking, {"action": "aside", "passage": ["0", "1"], "reason": "标题、发文和落款"})
    client.post(marking, {"action": "cite", "passage": ["3"], "item": "sample-01"})
    draft.refresh_from_db()
    assert open_count(draft) == count - 3
    client.post(marking, {"action": "clear", "passage": ["0"]})
    without_reason = client.post(marking, {"action": "aside", "passage": ["0"]}, follow=True).content.decode()

    assert "请选择不涉及资助的原因" in without_reason
    assert open_count(PolicyDraft.objects.get(pk=draft.pk)) == count - 2


@pytest.mark.django_db
def test_another_text_keeps_the_marks_of_sentences_that_it_still_has(author, draft):
    draft = cite_passages(draft, "sample-01", shown=[INVENTION], chosen=[INVENTION], act=act(author))
    draft = set_aside(draft, ["（二）外观设计，每件500元。"], "由其他文件规定", act=act(author))
    draft = save_section(draft, 1, {**draft.sections[1], "item": "sample-09"}, revision=draft.revision, act=act(author))

    draft = set_source(draft, TEXT.replace("每件500元", "每件600元"), act=act(author))

    assert draft.marks == {INVENTION: {"by": ["sample-09"]}}


@pytest.mark.django_db
def test_a_published_rule_shows_its_sentence_and_the_next_draft_begins_with_the_marks(client, author, draft):
    draft = cite_passages(cited(draft, author), "sample-01", shown=[INVENTION], chosen=[INVENTION], act=act(author))
    draft = set_aside(draft, ["第三条本办法自印发之日起施行。"], "施行、废止和解释", act=act(author))
    draft = describe_draft(draft, revision=draft.revision, title="新政策", note="印发", act=act(author))
    propose(draft, revision=draft.revision, act=act(author))
    publish(draft, revision=draft.revision, act=act(admin()))

    assert SupportItem.objects.get(code="sample-01").passages == [["第二条第1项", INVENTION]]
    assert INVENTION in client.get(reverse("policies:item", args=["sample-01"])).content.decode()
    beside = client.get(reverse("policies:source", args=["sample"])).content.decode()
    assert INVENTION in beside
    assert "施行、废止和解释" in beside
    assert "规则与原文对照" in client.get(reverse("policies:document", args=["sample"])).content.decode()
    document = PolicyDocument.objects.get(code="sample")
    again = start_draft(document, key=uuid.uuid4(), title="改", act=act(author))
    assert (again.source, again.marks) == (draft.source, draft.marks)


@pytest.mark.django_db
def test_the_source_of_another_city_is_neither_seen_nor_changed(client, author, draft):
    stranger = make_official(Role.POLICY_ADMIN, suzhou())
    client.force_login(stranger)

    assert client.get(reverse("drafting:source", args=[draft.key])).status_code == 404
    with pytest.raises(RefusedError):
        set_source(draft, "别的", act=act(stranger))


@pytest.mark.django_db
def test_a_long_source_is_shown_in_parts_and_no_part_is_heavy(client, author, draft):
    articles = (f"第{number}条 对第{number}类权利，每件给予资助{number}元。不超过实际费用。" for number in range(1, 99))
    draft = set_source(draft, "\n".join(articles), act=act(author))
    client.force_login(author)

    page = client.get(reverse("drafting:source", args=[draft.key]), {"part": "2"})
    beside = client.get(reverse("drafting:section", args=[draft.key, 1]), {"source": "97"})

    assert [unit.unit.place for unit in page.context["units"]][:1] == ["第八十一条"]
    assert "第98类" in beside.content.decode()
    assert len(page.content) < 150_000
    with pytest.raises(RefusedError, match="200,000"):
        set_source(draft, "长" * 200_001, act=act(author))
