"""Authored sections as text and back: nothing changes its meaning on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.drafting.yaml_codec import DOCUMENT, KINDS, kind_of, name_of, read_sections, write_sections
from policies.engine import CatalogueError, load_document, package_documents, read_document

PACKAGE = [pytest.param(loaded, text, id=loaded.document.id) for loaded, text in package_documents()]

texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\u2028\u2029\x85"), max_size=20
)
leaves = st.one_of(
    texts,
    st.sampled_from(
        ["y", "No", "on", "null", "~", "", "1e5", "1.5", "007", "0x1F", "2020-01-01", "12:30", "- x", "a: b", "#"]
    ),
    st.booleans(),
    st.integers(1 - 10**18, 10**18 - 1),
    st.none(),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)


@pytest.mark.parametrize(("loaded", "text"), PACKAGE)
def test_a_document_of_the_package_comes_back_as_it_was(loaded, text):
    sections = read_sections(text, name="")
    text = write_sections(sections)
    assert read_sections(text, name="") == sections
    assert [item.hash for item in load_document(text, name="").items] == [item.hash for item in loaded.items]


@pytest.mark.parametrize(("loaded", "text"), PACKAGE)
def test_sections_make_the_same_document_as_their_text(loaded, text):
    document = read_document(read_sections(text, name=""), name="")
    assert document == load_document(text, name="")
    assert document.register == loaded.register


@given(st.lists(st.dictionaries(texts.filter(lambda key: key not in KINDS), values, max_size=4), max_size=3))
def test_whatever_is_written_is_read_as_the_same(rest):
    sections = [{DOCUMENT: {"id": "td"}}, *({"item": "td-01", **section} for section in rest)]
    assert read_sections(write_sections(sections), name="") == sections


def test_the_order_of_keys_is_kept():
    sections = [{DOCUMENT: {"id": "td", "z": 1, "a": 2}}]
    (section,) = read_sections(write_sections(sections), name="")
    assert list(section[DOCUMENT]) == ["id", "z", "a"]


def test_a_section_is_called_by_its_kind_and_id():
    sections = read_sections("document: {id: td}\n---\nsettings: {}\n---\nitem: td-01\n---\nrule: td-02\n", name="")
    assert [(kind_of(section), name_of(section)) for section in sections] == [
        ("document", "td"),
        ("settings", "settings"),
        ("item", "td-01"),
        ("rule", "td-02"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 0, "没有内容"),
        ("item: td-01\n", 1, "第一段"),
        ("document: {id: td}\n---\ndocument: {id: te}\n", 3, "第一段"),
        ("document: {id: td}\n---\n- 1\n", 3, "不是文件、设置、事项或规则"),
        ("document: {id: td}\n---\ntitle: 无\n", 3, "不是文件、设置、事项或规则"),
        ("document: {id: td\n", 2, "不是合法的 YAML"),
        ("document: {id: td, id: te}\n", 1, "重复"),
        ("document: {rate: 0.5}\n", 1, "没有加引号"),
        ("document: " + "[" * 5000, 0, "套得太深"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text, line, words):
    with pytest.raises(CatalogueError) as refused:
        read_sections(text, name="导入")
    (problem,) = refused.value.problems
    assert problem.line == line
    assert words in problem.message
    assert problem.remedy
