"""A text is taken apart as such documents count, and what is said of its sentences stays with their words."""

import pytest

from policies.published.provisions import key_of, passages_of, read_units
from policies.published.sources import (
    article_of,
    cited_units,
    in_text,
    open_passages,
    with_citations,
    with_name,
    with_reason,
)
from portal.core.citations import citation, number_of

STATUTE = """
某市知识产权资助办法

第一章 总则
第一条 为促进创新，制定本办法。
第二条 对下列权利给予资助：
（一）发明专利，每件5000元；
（二）境外专利：
1.美国、日本的，每件3万元；
2.其他的，每件1万元。
个人减半。
第十一条 本办法由市知识产权局解释。
"""
OUTLINE = """
# 若干政策
一、鼓励创造
1. 激发活力。对授权的，每件最高给予0.5万元；对个人减半，在取得授权后一年内提出申
请的给予支持。
2. 强企。每个项目最高支持
一、不是新的一条
二、促进运用
3. 质押融资。给予 50% 的贴息。
本政策自印发之日起施行。
"""
PLAN = """
一、目标
（一）质量提升。拥有量达 30 件。
二、措施
（一）保护。支持 1.5 万元的维权费用。
1、宣传。开展活动。
"""


def places(text):
    return {passage.key: passage.place for passage in passages_of(text)}


def test_a_text_with_articles_counts_paragraphs_and_items():
    found = places(STATUTE)

    assert found["第一条为促进创新，制定本办法。"] == "第一条"
    assert found["（一）发明专利，每件5000元；"] == "第二条第1项"
    assert found["2.其他的，每件1万元。"] == "第二条第2项第2目"
    assert found["个人减半。"] == "第二条第2款"
    assert found["第十一条本办法由市知识产权局解释。"] == "第十一条"
    assert citation("第二条第2款第1项") == "第二条第二款第（一）项"


def test_numbers_that_run_on_through_an_outline_are_its_articles():
    found = places(OUTLINE)

    assert found["若干政策"] == "序言"
    assert found["对授权的，每件最高给予0.5万元；"] == "第一条"
    assert found["对个人减半，在取得授权后一年内提出申请的给予支持。"] == "第一条"
    assert found["给予50%的贴息。"] == "第三条"
    assert found["本政策自印发之日起施行。"] == "末段"


# As a page breaks it: lines of 24 characters, the first of a paragraph set in by two.
PAGE = """
　　第一条 对本市登记的企业和高校院所（以下统称申报单位）
按照本细则给予资助。
　　第二条 同一事项符合多项政策的，按就高的原则执行，按照
第一条规定办理的除外。列入失信名单的单位不予支持资助了。
有异议的可以申请复核。
　　（一）购买商业保险的；
　　申报单位应当如实填报。
"""


@pytest.mark.parametrize("indent", ["　　", ""])
def test_a_full_line_goes_on_in_the_next_whatever_it_ends_with(indent):
    found = places(PAGE.replace("　　", indent).replace("\n第一条规定", "\n第一条规定" if indent else "\n其规定"))

    assert found["第一条对本市登记的企业和高校院所（以下统称申报单位）按照本细则给予资助。"] == "第一条"
    assert found["列入失信名单的单位不予支持资助了。"] == "第二条"
    assert found["有异议的可以申请复核。"] == ("第二条" if indent else "第二条第2款")
    assert found["（一）购买商业保险的；"].endswith("第1项")
    assert found["申报单位应当如实填报。"].startswith("第二条第")


def test_paragraphs_of_their_own_are_not_joined_where_no_page_broke_them():
    articles = [
        f"第{article}条 {'资助' * length}。" for article, length in zip("一二三四五六", range(4, 64, 10), strict=True)
    ]
    found = places("\n".join(["关于促进知识产权高质量发展的若干政策意见", "某政办发〔2030〕1号", *articles]))

    assert list(found)[:2] == ["关于促进知识产权高质量发展的若干政策意见", "某政办发〔2030〕1号"]


def test_numbers_that_begin_anew_are_cited_by_their_path():
    found = places(PLAN)

    assert found["拥有量达30件。"] == "第一部分（一）"
    assert found["支持1.5万元的维权费用。"] == "第二部分（一）"
    assert found["开展活动。"] == "第二部分（一）第1项"


def test_headings_are_told_from_sentences():
    headings = [unit.passages[0].text for unit in read_units(OUTLINE) if unit.is_heading]

    assert headings == ["若干政策", "一、鼓励创造", "一、不是新的一条", "二、促进运用"]


@pytest.mark.parametrize(
    ("numeral", "number"), [("一", 1), ("十", 10), ("十九", 19), ("二十", 20), ("九十九", 99), ("7", 7), ("百", 0)]
)
def test_numerals_are_read(numeral, number):
    assert number_of(numeral) == number


@pytest.mark.parametrize("text", ["", "\n\n", "。", "第", "（一）", "一、", "——12——", "\u3000\u3000a"])
def test_any_text_is_taken_apart_without_losing_words(text):
    assert key_of("".join(passage.text for passage in passages_of(text))) in key_of(text)


NAMES = {"x-01": "甲", "x-02": "乙"}
FIRST, HALF = "（一）发明专利，每件5000元；", "个人减半。"


def test_a_sentence_is_cited_by_several_items_and_each_takes_back_its_own():
    marks = with_citations({}, "x-01", shown=[FIRST, HALF], chosen=[FIRST, HALF])
    marks = with_citations(marks, "x-02", shown=[FIRST, HALF], chosen=[HALF])
    assert article_of(STATUTE, marks, "x-01") == "第二条第1项；第二条第2款"
    (unit,) = [unit for unit in cited_units(STATUTE, marks, NAMES) if unit.unit.place == "第二条第2款"]
    assert unit.passages[0].by == NAMES

    marks = with_citations(marks, "x-01", shown=[HALF], chosen=[])
    assert marks == {FIRST: {"by": ["x-01"]}, HALF: {"by": ["x-02"]}}
    assert with_name(marks, "x-02", "x-03")[HALF] == {"by": ["x-03"]}


def test_what_nothing_is_said_of_is_open_also_after_its_item_is_gone_or_its_words_have_changed():
    count = len(list(passages_of(STATUTE)))
    marks = with_reason(with_citations({}, "x-01", shown=[FIRST], chosen=[FIRST]), [HALF], "一般鼓励")
    assert len(open_passages(STATUTE, marks, NAMES)) == count - 2
    assert len(open_passages(STATUTE, marks, {"x-02": "乙"})) == count - 1
    assert len(open_passages(STATUTE, with_reason(marks, [FIRST, HALF], ""), NAMES)) == count

    dearer = STATUTE.replace("5000", "6000")
    assert in_text(marks, dearer) == {HALF: {"reason": "一般鼓励"}}
