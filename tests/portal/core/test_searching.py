"""Words are found however the width of their letters and the kind of their brackets differ."""

import pytest

from portal.accounts.models import Applicant
from portal.core.searching import contains, written_forms
from tests.factories import ApplicantFactory


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["无锡(蓝田)", "无锡（蓝田）", "（蓝田）智控ａｂ", "(蓝田)智控AB"])
def test_a_name_is_found_by_its_words_in_any_width(typed):
    named = ApplicantFactory(name="无锡（蓝田）智控AB公司")
    ApplicantFactory(name="无锡蓝田公司")
    assert list(Applicant.objects.filter(contains(typed, "name", "uscc"))) == [named]


@pytest.mark.parametrize("typed", ["锡知[2026]12号", "锡知【2026】12号", "锡知（2026）12号", "锡知〔2026〕１２号"])
def test_a_number_of_a_paper_is_looked_for_with_its_own_brackets(typed):
    assert "锡知〔2026〕12号" in written_forms(typed)


def test_a_plain_word_is_looked_for_once():
    assert written_forms("蓝田") == ["蓝田"]
