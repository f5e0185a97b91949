"""Characters that cannot be printed are refused when they are typed, by name; a Chinese character never is."""

import pytest
from django.core.exceptions import ValidationError

from policies.engine.model import Fact
from policies.facts.values import read_fact
from portal.core.fields import LineField, SearchField, TextField
from portal.core.printable import check_printable, unprintable, with_stand_ins

REFUSED = {"😀": "U+1F600", "\ue000": "U+E000", "\u0626": "U+0626", "\U000f0001": "U+F0001", "\U0001f1e8": "U+1F1E8"}
PRINTED = [
    "无锡市",
    "䶮𠮷㐂",
    "\U0002ceb0",
    "Müller & Söhne",
    "e\u0301",
    "丽\ufe00",
    "葛\U000e0100",
    "（2026）1号",
    "a b\n",
]


@pytest.mark.parametrize(("char", "code"), REFUSED.items(), ids=REFUSED.values())
def test_a_character_that_no_font_draws_is_refused_by_its_code_with_the_remedy(char, code):
    for field in (LineField(), TextField()):
        with pytest.raises(ValidationError, match=f"(?s){code.replace('+', '.')}.*请删除"):
            field.clean(f"张{char}三")
    assert SearchField().clean(f"张{char}三") == f"张{char}三", "what is looked for may hold anything"
    reading = read_fact(Fact("title", "名称", "text"), f"张{char}三")
    assert not reading.error
    assert code in reading.warnings[0]
    assert with_stand_ins(f"张{char}三") == "张〓三"


@pytest.mark.parametrize("text", PRINTED)
def test_what_fonts_draw_is_taken_and_printed(text):
    check_printable(text)
    assert "〓" not in with_stand_ins(text)


def test_a_chinese_character_that_no_font_draws_yet_is_taken_and_printed_as_a_stand_in():
    check_printable("张\U0003abcd")
    assert unprintable("张\U0003abcd") == ["\U0003abcd"]
    assert with_stand_ins("张\U0003abcd") == "张〓"


def test_without_built_fonts_nothing_is_refused(settings, tmp_path):
    settings.NOTICE_FONTS_DIR = tmp_path
    check_printable("😀")
