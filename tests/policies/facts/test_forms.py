"""Facts as typed, and the forms made from them."""

import re

import pytest
from crispy_forms.utils import render_crispy_form
from django.http import QueryDict

from policies.engine.model import Fact, Item
from policies.facts.forms import build_line_form, calculator_facts, read_posted, row_counts
from policies.facts.values import MAX_ROWS, engine_facts, facts_of, read_fact, read_facts, show_fact, subject_key

MONEY = Fact("fees", "费用合计", "money", unit="元", help="含代理费", required=True, needed=True)
DAY = Fact("granted_on", "授权公告日", "date", required=True)
PATENT = Fact("patent_no", "专利号", "text", required=True, check="patent_no")
KIND = Fact("patent_kind", "专利种类", "choice", choices=(("invention", "发明"), ("design", "外观设计")), needed=True)
YEAR = Fact("fee_year", "年费年度", "integer", unit="年")
DEFENCE = Fact("is_defence", "是否国防专利", "boolean")
INTEREST = Fact(
    "interest_payments",
    "付息明细",
    "rows",
    required=True,
    columns=(Fact("paid_on", "付息日期", "date"), Fact("amount", "金额", "money", unit="元")),
)
REMARK = Fact("remark", "项目说明", "text")


def make_item(*facts: Fact, **fields: object) -> Item:
    given = {
        "id": "x-1",
        "document_id": "x",
        "article": "一",
        "title": "示例",
        "summary": "",
        "kind": "per_item",
        "beneficiaries": ("enterprise",),
        "route": "city",
        "payer": "both",
        "subject": "patent_no",
        "subject_rule": "refuse",
        "once_group": None,
        "as_of": "granted_on",
        "facts": facts,
        "evidence": (),
        "conditions": (),
        "steps": (),
        "limits": (),
        "split": None,
        "settings": (),
        "notes": (),
        "claimable": True,
        "effective_from": None,
        "effective_to": None,
        "content": {},
    }
    return Item(**(given | fields))  # type: ignore[arg-type]


ITEM = make_item(PATENT, KIND, DAY, MONEY, DEFENCE, INTEREST, REMARK)


@pytest.mark.parametrize(
    ("fact", "typed", "value"),
    [
        (MONEY, "4,999.99", "4999.99"),
        (MONEY, "￥１２００元", "1200.00"),
        (MONEY, "1.2万元", "12000.00"),
        (DAY, "2021-05-10", "2021-05-10"),
        (DAY, "2021年5月10日", "2021-05-10"),
        (DAY, "2021/5/1", "2021-05-01"),
        (DAY, "20210510", "2021-05-10"),
        (DAY, "2021-05-10 00:00:00", "2021-05-10"),
        (PATENT, "zl 2017 1 0601862.3", "201710601862.3"),
        (KIND, "发明", "invention"),
        (KIND, "design", "design"),
        (YEAR, " 7 年", 7),
        (YEAR, 7, 7),
        (DEFENCE, "是", True),
        (DEFENCE, "否", False),
        (DEFENCE, False, False),
        (REMARK, " 两  处 ", "两 处"),
        (MONEY, "  ", ""),
        (MONEY, None, ""),
    ],
)
def test_a_value_is_read_as_people_write_it_into_one_normal_form(fact, typed, value):
    reading = read_fact(fact, typed)
    assert (reading.value, reading.error) == (value, "")


@pytest.mark.parametrize(
    ("fact", "typed", "says"),
    [
        (MONEY, "五千", "不是金额"),
        (MONEY, "-1", "负数"),
        (MONEY, "1.234", "两位小数"),
        (MONEY, "99999999999999", "过大"),
        (DAY, "2021-02-30", "没有 2021 年 2 月 30 日"),
        (DAY, "去年", "不是日期"),
        (DAY, "1921-05-10", "年份 1921"),
        (YEAR, "七", "不是整数"),
        (YEAR, "-7", "不是整数"),
        (DEFENCE, "也许", "是”或“否"),
        (KIND, "实用新型", "发明、外观设计"),
        (PATENT, "201710601862.4", "校验位不符"),
        (REMARK, "长" * 201, "最多 200"),
    ],
)
def test_what_cannot_be_read_is_kept_as_typed_with_the_reason_and_a_remedy(fact, typed, says):
    reading = read_fact(fact, typed)
    assert says in reading.error
    assert reading.value == typed[:200]


def test_every_normal_value_reads_back_as_itself():
    raw = {
        "patent_no": "ZL201710601862.3",
        "patent_kind": "发明",
        "granted_on": "2021年5月10日",
        "fees": "1,200",
        "is_defence": "否",
        "interest_payments": [{"paid_on": "2021/3/20", "amount": "100"}],
        "remark": "好",
    }
    once = read_facts(ITEM.facts, raw)
    assert once.is_complete
    assert read_facts(ITEM.facts, once.values) == once


def test_blank_rows_are_dropped_and_faults_name_their_cell():
    reading = read_facts(
        [INTEREST],
        {
            "interest_payments": [
                {"paid_on": "", "amount": " "},
                {"paid_on": "2021-13-01", "amount": "100"},
                {"paid_on": "2021-03-20", "amount": ""},
            ]
        },
    )
    assert reading.values["interest_payments"] == [
        {"paid_on": "2021-13-01", "amount": "100.00"},
        {"paid_on": "2021-03-20", "amount": ""},
    ]
    assert "2021 年 13 月" in reading.errors["interest_payments.0.paid_on"]
    assert reading.missing == {"interest_payments.1.amount": "请填写金额。"}


def test_required_facts_that_are_empty_are_missing_and_not_wrong():
    reading = read_facts([MONEY, KIND, INTEREST], {})
    assert reading.errors == {}
    assert reading.missing == {"fees": "请填写费用合计。", "interest_payments": "请至少填写一行付息明细。"}


def test_a_patent_number_of_another_kind_than_stated_is_found():
    reading = read_facts([PATENT, KIND], {"patent_no": "201710601862.3", "patent_kind": "design"})
    assert "从号码看这是发明专利" in reading.errors["patent_no"]


def test_the_engine_is_asked_only_what_is_filled_in_and_readable():
    reading = read_facts(
        ITEM.facts,
        {
            "patent_no": "bad",
            "fees": "10",
            "is_defence": "否",
            "interest_payments": [{"paid_on": "2021-01-01", "amount": "x"}],
        },
    )
    assert engine_facts(ITEM.facts, reading) == {"fees": "10.00", "is_defence": False}


def test_the_subject_is_compared_on_its_normal_form():
    contract = make_item(Fact("contract_no", "合同编号", "text", check="contract_no"), subject="contract_no")
    one = read_facts(contract.facts, {"contract_no": "锡银借字〔2021〕第 12 号"})
    other = read_facts(contract.facts, {"contract_no": "锡银借字(2021)第12号"})
    assert subject_key(contract, one.values) == subject_key(contract, other.values) != ""


@pytest.mark.parametrize(
    ("fact", "value", "shown"),
    [
        (MONEY, "4999.99", "4,999.99 元"),
        (DAY, "2021-05-10", "2021年5月10日"),
        (DAY, "不知道", "不知道"),
        (KIND, "invention", "发明"),
        (DEFENCE, False, "否"),
        (YEAR, 7, "7 年"),
        (MONEY, "", "—"),
        (INTEREST, [{}, {}], "2 行"),
    ],
)
def test_stored_values_are_shown_in_words_with_their_unit(fact, value, shown):
    assert show_fact(fact, value) == shown


def test_typed_values_are_taken_from_the_controls_of_one_prefix():
    data = QueryDict(
        "l1-fees=10&l2-fees=20&l1-interest_payments-rows=2&l1-interest_payments-0-paid_on=2021-01-01"
        "&l1-interest_payments-0-amount=5&l1-interest_payments-1-amount=6"
    )
    assert read_posted(ITEM.facts, data, prefix="l1") == {
        "fees": "10",
        "interest_payments": [{"paid_on": "2021-01-01", "amount": "5"}, {"amount": "6"}],
    }


def test_a_form_shows_again_what_was_typed_with_the_reason():
    form = build_line_form(ITEM, data={"line-granted_on": "去年", "line-fees": "abc"})
    html = form.render_fact("granted_on")
    assert 'value="去年"' in html
    assert "不是日期" in html
    assert 'type="date"' not in html
    assert "abc" in form.render_fact("fees")
    assert not form.is_valid()


def test_a_readable_day_has_a_date_control_and_money_its_unit():
    form = build_line_form(ITEM, values={"granted_on": "2021-05-10", "fees": "10.00"})
    assert 'type="date"' in form.render_fact("granted_on")
    assert "input-group-text" in form.render_fact("fees")
    assert "含代理费" in form.render_fact("fees")


def test_a_draft_may_be_unfinished_and_a_complete_form_may_not():
    assert build_line_form(ITEM, values={}).is_valid()
    assert "请填写费用合计。" in str(build_line_form(ITEM, values={}, complete=True).errors["fees"])


def test_only_what_a_correction_asks_for_can_be_changed():
    form = build_line_form(ITEM, values={}, editable={"fees"}, asked={"fees": "与<发票>不符"})
    assert "disabled" not in form.render_fact("fees")
    assert "与&lt;发票&gt;不符" in form.render_fact("fees")
    assert "disabled" in form.render_fact("granted_on")


def test_a_table_offers_spare_rows_and_shows_the_fault_in_its_cell():
    form = build_line_form(ITEM, values={"interest_payments": [{"paid_on": "2021-01-01", "amount": "x"}]})
    html = form.render_fact("interest_payments")
    assert 'name="line-interest_payments-1-amount"' in html
    assert 'name="line-interest_payments-2-amount"' not in html
    assert "不是金额" in html


def drawn_rows(data):
    """How many rows the table of payments has after a page was sent."""
    counts = row_counts(facts_of(ITEM), data, prefix="line")
    html = build_line_form(ITEM, data=data, least_rows=counts).render_fact("interest_payments")
    return len(re.findall(r'name="[^"]*-paid_on"', html))


def test_three_rows_are_added_at_every_press_whether_filled_or_not():
    name = "line-interest_payments"
    sent, seen = {f"{name}-rows": "2"}, []
    for _ in range(4):
        seen.append(drawn_rows(sent | {"action": f"rows:{name}"}))
        sent[f"{name}-rows"] = str(seen[-1])
    assert seen == [5, 8, 11, 14]
    assert drawn_rows(sent) == 14
    assert drawn_rows(sent | {"action": "rows:line-other"}) == 14
    assert drawn_rows({f"{name}-rows": "9" * 9, "action": f"rows:{name}"}) == MAX_ROWS
    assert drawn_rows({"action": f"rows:{name}"}) == 5


def test_pasted_rows_follow_the_filled_ones_once_their_button_is_pressed():
    name = "line-interest_payments"
    sent = {
        f"{name}-0-paid_on": "2021-01-01",
        f"{name}-0-amount": "10",
        f"{name}-pasted": "付息日期\t金额\n2021/2/1\t1,000\n\n2\t2021年3月1日\t20\n",
    }
    assert len(read_posted(facts_of(ITEM), sent, prefix="line")["interest_payments"]) == 1
    filled = read_facts(facts_of(ITEM), read_posted(facts_of(ITEM), sent | {"action": f"paste:{name}"}, prefix="line"))
    assert [row["paid_on"] for row in filled.values["interest_payments"][-2:]] == ["2021-02-01", "2021-03-01"]
    assert [row["amount"] for row in filled.values["interest_payments"][-2:]] == ["1000.00", "20.00"]


def test_the_whole_form_draws_every_fact_once():
    form = build_line_form(ITEM, values={})
    html = render_crispy_form(form)
    for fact in facts_of(ITEM):
        assert html.count(f'id="slot-line-{fact.name}"') == 1


def test_a_calculator_asks_for_what_the_amount_needs_and_the_day():
    assert calculator_facts(ITEM) == ["patent_kind", "granted_on", "fees"]
    form = build_line_form(ITEM, data={}, only=calculator_facts(ITEM))
    assert list(form.fields) == ["patent_kind", "granted_on", "fees"]
    # By what a selection ranks decides whether there is a place, and by which sum.
    ranked = Fact("granted_count", "授权件数", "integer", required=True)
    prizes = {"code": "PRIZES", "rank_sums": {"1": "9"}, "per": ["programme", "year"], "by": "granted_count"}
    assert "granted_count" in calculator_facts(make_item(DAY, ranked, limits=({**prizes, "ties": "filed"},)))
