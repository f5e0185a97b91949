"""The language of templates: named fields and conditions, nothing else, and never without what a kind must say."""

from dataclasses import replace

import pytest

from portal.core.closed_language import WordingError
from review.notices.enums import NoticeKind
from review.notices.snapshot import Snapshot, Template, read_snapshot
from review.wordings.fields import FIELDS, SENTENCES
from review.wordings.language import LONGEST, check, needed_fields, needed_words, paragraphs, standard
from tests.review.notices.samples import grant, recognition

NOTICE = read_snapshot(grant(lines=1))
GRANT = standard(NoticeKind.GRANT)


def said(text: str, notice: Snapshot = NOTICE, *, annexed: bool = False) -> list[str]:
    return paragraphs(replace(notice, template=Template(version=1, text=text)), annexed=annexed)


@pytest.mark.parametrize(
    ("text", "paragraphs_"),
    [
        ("特此通知。", ["特此通知。"]),
        ("请{{ you }}拨打{{ phone }}。", ["请你单位拨打0510-12345678。"]),
        ('{{ address|default:"地址见网站" }}', ["地址见网站"]),
        ("{% if address %}有{% elif phone and not recognised %}电话{% else %}无{% endif %}", ["电话"]),
        ("一\n\n  二 \n", ["一", "二"]),
        ("<b>{{ party }}</b>&", ["<b>无锡示例智能科技有限公司</b>&"]),
    ],
)
def test_fields_and_conditions_are_filled_in_line_by_line(text: str, paragraphs_: list[str]) -> None:
    check(NoticeKind.GRANT, f"{GRANT}\n{text}")
    assert said(text) == paragraphs_


def test_what_a_notice_says_is_never_read_as_language() -> None:
    hostile = replace(NOTICE, party=replace(NOTICE.party, name="{{ phone }}{% if phone %}"))
    assert said("{{ party }}", hostile) == ["{{ phone }}{% if phone %}"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ secret }}", "没有字段“secret”"),
        ("{{ voucher }}", "没有字段“voucher”"),
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
        ("另给5,000元。", "请不要写“5,000元”"),
        ("另给五万元。", "请不要写“五万元”"),
        ("".join(f"{{% if {name} %}}一{{% endif %}}" for name in list(FIELDS)[:11]), "条件用了"),
    ],
)
def test_what_the_language_does_not_have_is_refused_with_what_to_write(text: str, words: str) -> None:
    with pytest.raises(WordingError, match=words):
        check(NoticeKind.GRANT, f"{GRANT}\n{text}")


@pytest.mark.parametrize("kind", NoticeKind)
def test_no_kind_can_leave_out_what_it_must_say(kind: NoticeKind) -> None:
    whole = standard(kind)
    for name, sentence in SENTENCES.items():
        whole = whole.replace(f"{{{{ {name} }}}}", sentence)
    check(kind, standard(kind))
    check(kind, whole)
    for name in needed_fields(kind):
        with pytest.raises(WordingError, match=FIELDS[name].label):
            check(kind, whole.replace(f"{{{{ {name} }}}}", ""))
    for word in needed_words(kind):
        with pytest.raises(WordingError, match=f"必须写明“{word}”"):
            check(kind, whole.replace(word, ""))


def test_a_must_may_not_hang_on_another_field() -> None:
    hidden = GRANT.replace("{{ basis }}", "{% if address %}{{ basis }}{% endif %}")
    with pytest.raises(WordingError, match=r"没有 address 时.*\{\{ basis \}\}"):
        check(NoticeKind.GRANT, hidden)
    for text in ("{% if phone %}电话{{ phone }}{% endif %}", "{% if not phone %}无{% else %}{{ phone }}{% endif %}"):
        check(NoticeKind.GRANT, GRANT.replace("{{ contact }}", "{{ office }}" + text))


def test_what_is_annexed_is_not_told_again() -> None:
    text = "{{ details }}\n{% if annex %}{{ annex }}见附件。{% endif %}"
    assert said(text, annexed=True) == ["资助明细见附件。"]
    assert len(said(text, read_snapshot(grant(lines=3)))) == 3


def test_every_field_is_text_for_every_notice() -> None:
    for notice in (NOTICE, read_snapshot(recognition())):
        assert all(isinstance(field.read(notice), str) and field.label for field in FIELDS.values())
