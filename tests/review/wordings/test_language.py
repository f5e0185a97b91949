"""The language of wordings: named fields and conditions, and nothing else that Django's templates can do."""

import pytest

from portal.core.closed_language import WordingError
from review.notices.enums import NoticeKind
from review.notices.snapshot import read_snapshot
from review.wordings.enums import Part, parts_of
from review.wordings.language import FIELDS, LONGEST, STANDARD, check, render, worded
from tests.review.notices.samples import grant, recognition

NOTICE = read_snapshot(grant(lines=1))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("特此通知。", ["特此通知。"]),
        ("请{{ you }}拨打{{ phone }}。", ["请你单位拨打0510-12345678。"]),
        ('{{ address|default:"地址见网站" }}', ["地址见网站"]),
        ("{% if address %}有{% elif phone and not due_on %}电话{% else %}无{% endif %}", ["电话"]),
        ("一\n\n  二 \n", ["一", "二"]),
        ("<b>{{ party }}</b>&", ["<b>无锡示例智能科技有限公司</b>&"]),
        ("", []),
    ],
)
def test_fields_and_conditions_are_filled_in_line_by_line(text: str, said: list[str]) -> None:
    check(Part.CLOSING, text)
    assert render(text, NOTICE) == said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ secret }}", "没有字段“secret”"),
        ("{{ party.name }}", "看不懂"),
        ("{{ party.__class__ }}", "看不懂"),
        ("{{ phone|upper }}", "看不懂"),
        ("{{ phone|default:office }}", "看不懂"),
        ("{{ 'text' }}", "看不懂"),
        ("{{ }}", "看不懂"),
        ("{% load static %}", "看不懂"),
        ('{% include "base.html" %}', "看不懂"),
        ("{% for x in party %}{{ x }}{% endfor %}", "看不懂"),
        ("{% if party.name %}一{% endif %}", "看不懂"),
        ("{% if phone == office %}一{% endif %}", "看不懂"),
        ("{% if nobody %}一{% endif %}", "没有字段“nobody”"),
        ("{% if phone %}一", "没有写完整"),
        ("{% endif %}", "没有写完整"),
        ("{% else %}", "没有写完整"),
        ("{{ phone", "没有写完整的括号"),
        ("phone }}", "没有写完整的括号"),
        ("{# 注 #}", "注释"),
        ("字" * (LONGEST + 1), "请不超过"),
        ("好的🙂", "没有可印的字形"),
    ],
)
def test_what_the_language_does_not_have_is_refused_with_what_to_write(text: str, words: str) -> None:
    with pytest.raises(WordingError, match=words):
        check(Part.CLOSING, text)


@pytest.mark.parametrize("lacking", ["{{ reconsideration }}", "{{ court }}", "60日", "6个月"])
def test_remedies_keep_what_the_law_asks(lacking: str) -> None:
    text = STANDARD[Part.REMEDIES]
    check(Part.REMEDIES, text)
    with pytest.raises(WordingError, match="救济途径必须"):
        check(Part.REMEDIES, text.replace(lacking, ""))


def test_every_field_is_text_for_every_notice() -> None:
    for notice in (NOTICE, read_snapshot(recognition())):
        assert all(isinstance(field.read(notice), str) and field.label for field in FIELDS.values())


def test_a_notice_without_wordings_says_the_standard_ones() -> None:
    assert worded(NOTICE, Part.OPENING) == []
    assert worded(NOTICE, Part.CONTACT) == ["联系方式：无锡市知识产权局，电话0510-12345678。"]
    assert Part.REMEDIES not in parts_of(NoticeKind.RECEIPT)
    assert Part.REMEDIES in parts_of(NoticeKind.DEMAND)
