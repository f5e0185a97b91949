"""Before and after in words."""

import pytest

from portal.audit.differences import differences_of, object_type_label
from portal.audit.services import record_audit
from tests.factories import ApplicantFactory, ClaimFactory, act, wuxi

pytestmark = pytest.mark.django_db


def _said(target, *, action="claim.submit", before=None, after=None):
    record = record_audit(act(), action=action, target=target, before=before, after=after)
    return {d.label: (d.before, d.after) for d in differences_of(record)}


def test_a_status_is_shown_by_its_label():
    said = _said(ClaimFactory(), before={"status": "draft"}, after={"status": "submitted", "reason": ""})
    assert said == {"状态": ("草稿", "待受理")}


def test_money_has_its_unit_and_separators():
    said = _said(ClaimFactory(), after={"approved_amount": "1234567.50"})
    assert said["批准金额（元）"] == ("—", "1,234,567.50 元")


def test_a_time_is_local():
    said = _said(ClaimFactory(), after={"submitted_at": "2026-03-02T01:02:03Z"})
    assert said["提交时间"][1] == "2026-03-02 09:02:03"


def test_account_and_identity_numbers_show_only_their_end():
    said = _said(
        ApplicantFactory(), before={"account_number": "0011223344556677"}, after={"account_number": "0011223344558899"}
    )
    assert said["银行账号"] == ("****6677", "****8899")


def test_what_stayed_the_same_is_not_listed():
    assert _said(wuxi(), before={"name": "无锡市"}, after={"name": "无锡市"}) == {}


def test_names_that_are_no_field_have_words_of_their_own():
    said = _said(wuxi(), action="review.credit", after={"result": "clear", "rows": 3, "flag": True, "list": ["a", "b"]})
    assert said["行数"] == ("—", "3")
    assert said["flag"] == ("—", "是")
    assert said["list"] == ("—", "a、b")
    assert "结果" in said


def test_one_changed_fact_among_many_lines_stands_out():
    lines = [{"patent_no": "1", "fees": "100.00"}, {"patent_no": "2", "fees": "200.00"}]
    said = _said(
        ClaimFactory(),
        before={"lines": lines},
        after={"lines": [lines[0], lines[1] | {"fees": "250.00"}, {"patent_no": "3", "fees": "1.00"}]},
    )
    assert said == {
        "明细 · 第 2 项 · fees": ("200.00", "250.00"),
        "明细 · 第 3 项": ("—", "patent_no：3；fees：1.00"),
    }


def test_a_list_that_became_empty_is_told():
    said = _said(ClaimFactory(), before={"lines": [{"a": "1"}], "tags": ["x"]}, after={"lines": [], "tags": []})
    assert said == {"明细 · 第 1 项": ("a：1", "—"), "tags": ("x", "—")}


def test_a_record_of_a_model_that_is_gone_stays_readable():
    record = record_audit(act(), action="claim.submit", target=wuxi(), after={"name": "x"})
    record.target_type = "gone.thing"
    assert [str(d) for d in differences_of(record)] == ["name：x"]
    assert object_type_label("gone.thing") == "gone.thing"
    assert object_type_label("applications.claim") == "申报"
