"""Words are found however the width of their letters and the kind of their brackets differ."""

import pytest

from portal.accounts.models import Applicant
from portal.accounts.selectors import search_users
from portal.audit.models import AuditRecord
from portal.audit.selectors import RecordFilter
from portal.audit.services import record_audit
from portal.core.searching import contains, contains_words, written_forms
from tests.factories import ApplicantFactory, act, make_official, wuxi


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


@pytest.mark.django_db
@pytest.mark.parametrize(("typed", "found"), [("智控 (蓝田)", 1), ("智控 苏州", 0), ("  ", 2)])
def test_every_word_must_be_there_in_any_order(typed, found):
    ApplicantFactory(name="无锡（蓝田）智控AB公司")
    ApplicantFactory(name="苏州公司")
    assert Applicant.objects.filter(contains_words(typed, "name")).count() == found


@pytest.mark.django_db
def test_people_and_records_are_found_however_brackets_and_width_are_typed():
    admin = make_official("system_admin", wuxi())
    person = make_official("city_officer", wuxi(), name="张三（市局）", email="zhang@example.org")
    for typed in ("张三(市局)", "(市局) 张三", "ＺＨＡＮＧ@example.org"):
        assert search_users(typed, admin=admin) == [person], typed
    record = record_audit(act(person), action="jobs.retry", target=ApplicantFactory(name="无锡（蓝田）智控公司"))
    for narrowed in (RecordFilter(target="蓝田) 无锡(蓝田"), RecordFilter(person="张三(市局)")):
        assert list(narrowed.apply(AuditRecord.objects.all())) == [record]
