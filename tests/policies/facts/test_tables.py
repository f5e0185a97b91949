"""Tables as people send them: heads, units, rows that are passed over, and faults by cell."""

import io

import pytest
from openpyxl import Workbook

from policies.engine.model import Fact
from policies.facts.tables import read_tables
from portal.core.sheet_reading import Cell, Sheet, read_book, read_pasted_cells
from tests.factories import make_patent_no
from tests.policies.facts.test_forms import make_item

FACTS = (
    Fact("patent_no", "专利号", "text", required=True, check="patent_no"),
    Fact("patent_kind", "专利类型", "choice", required=True, choices=(("invention", "发明"), ("utility", "实用新型"))),
    Fact("granted_on", "授权公告日", "date", required=True),
    Fact("holders", "权利人（按证书顺序）", "text"),
    Fact("fees", "费用合计", "money", unit="元", required=True),
)
ITEM = make_item(*FACTS)
HEAD = "专利号\t专利类型\t授权公告日\t权利人\t费用合计"
NUMBERS = tuple(make_patent_no(number) for number in (1, 2, 3))
ROW = f"{NUMBERS[0]}\t发明\t2021-05-10\t甲公司\t6800"


def read(text, *, item=ITEM, most=200, is_complete=False, is_pasted=False):
    return read_tables(item, read_pasted_cells(text), most=most, is_complete=is_complete, is_pasted=is_pasted)


def with_fees(head, cell, above=""):
    return f"{above}专利号\t专利类型\t授权公告日\t{head}\n{NUMBERS[0]}\t发明\t2021-05-10\t{cell}\n"


@pytest.mark.parametrize(
    ("head", "cell", "yuan"),
    [
        ("费用合计（万元）", "0.68", "6800.00"),
        ("费用合计(千元)", "6.8", "6800.00"),
        ("费用合计【百元】", "68", "6800.00"),
        ("费用合计（亿元）", "0.01", "1000000.00"),
        ("费用合计（人民币，万元）", "1.2", "12000.00"),
        ("费用合计（单位：万元）*", "１．２", "12000.00"),
        ("费用合计/万元", "0.5", "5000.00"),
        ("费用合计万元", "0.5", "5000.00"),
        ("费用合计（含税）（万元）", "0.5", "5000.00"),
        ("费用合计（以万元计）", "0.5", "5000.00"),
        ("费用合计（不含税万元）", "0.5", "5000.00"),
        ("费用合计（实际支付金额，单位为千元）", "5", "5000.00"),
        ("费用合计（元）", "6,800.5", "6800.50"),
        ("费用合计（RMB）", "6800", "6800.00"),
        ("费用合计（万元）", "6800元", "6800.00"),
        ("费用合计（万元）", "0.68万元", "6800.00"),
        ("费用合计（元）", "0.68万", "6800.00"),
        ("费用合计（元）", "1409.5000000000002", "1409.50"),
        ("费用合计（万元）", "0.14095000000000002", "1409.50"),
        ("费用合计（申请费、年费）", "6800", "6800.00"),
        ("费 用\u200b合计：", "6800", "6800.00"),
        ("费用合计〔万元〕", "0.5", "5000.00"),
        ("费用合计（￥万元）", "0.5", "5000.00"),
        ("费用合计（￥）", "6800￥", "6800.00"),
    ],
)
def test_units_of_heads_and_cells_convert_exactly(head, cell, yuan):
    reading = read(with_fees(head, cell))
    assert reading.faults == []
    assert reading.lines[0]["fees"] == yuan


@pytest.mark.parametrize(
    ("head", "cell", "says"),
    [
        ("费用合计（美元）", "680", "D2 费用合计：“美元”不是人民币：请按付款当日汇率折算"),
        ("费用合计（万欧元）", "680", "D2 费用合计：“万欧元”不是人民币"),
        ("费用合计（USD）", "680", "D2 费用合计：“usd”不是人民币"),
        ("费用合计（吨）", "680", "D2 费用合计：不认识表头中的单位“吨”"),
        ("费用合计（RMB'000）", "680", "不认识表头中的单位“rmb'000”"),
        ("费用合计（RMB thousand）", "680", "不认识表头中的单位“rmbthousand”"),
        ("费用合计（元）（万元）", "680", "两个不同的单位"),
        ("费用合计（单位：见备注）", "680", "不认识表头中的单位“见备注”"),
        ("费用合计（元）", '"500\n600"', "像是填了两个数"),
        ("费用合计（元）", "5000①", "不是金额"),
        ("费用合计（元）", "0,680", "位置不对"),
        ("费用合计（K）", "680", "D2 费用合计：不认识表头中的单位“k”"),
        ("费用合计（10k 人民币支付）", "680", "D2 费用合计：不认识表头中的单位“10k人民币支付”"),
        ("费用合计（按萬元口径汇总）", "680", "D2 费用合计：不认识表头中的单位“按萬元口径汇总”"),
        ("费用合计（元）", "680美元", "折算成人民币"),
        ("费用合计（元）", "1,5", "D2 费用合计：“1,5”不是金额：逗号或空格的位置不对"),
        ("费用合计（元）", "1409.505", "D2 费用合计：“1409.505”无法采用：金额最多到分"),
        ("费用合计（元）", "x" * 501, "D2 费用合计：单元格超过 500 个字"),
    ],
)
def test_a_unit_nobody_can_convert_is_a_fault_of_its_cell(head, cell, says):
    reading = read(with_fees(head, cell))
    assert says in str(reading.faults[0])


@pytest.mark.parametrize(
    ("above", "yuan"),
    [
        ("单位：万元\n", "6800.00"),
        ("单位：萬元\n", "6800.00"),
        ("单位：万元 千万不要改\n", "6800.00"),
        ("2025年费用明细（金额单位：人民币万元）\n\n", "6800.00"),
        ("填报单位：甲公司\t\t\t单位:万元\n", "6800.00"),
        ("填报单位：甲公司\n", "0.68"),
        ("单位：元\n", "0.68"),
        ("单位：万元  制表：张三\n", "6800.00"),
        ("费用明细（金额单位（万元））\n", "6800.00"),
        ("单位：万通公司\n", "0.68"),
        ("制表单位：万元公司\n", "0.68"),
        ("欧元区专利清单\n", "0.68"),
        ("专利清单（第一批）\n", "0.68"),
        ("万元\n", "6800.00"),
        ("费用表（单位：人民币/千元）\n", "680.00"),
        ("人民币：万元\n", "6800.00"),
        ("\t\t\t费用情况（万元）\n", "6800.00"),
        ("单位：万元\n\t\t\t金额\n", "6800.00"),
    ],
)
def test_a_unit_named_above_the_head_counts_for_sums_without_one(above, yuan):
    reading = read(with_fees("费用合计", "0.68", above))
    assert reading.lines[0]["fees"] == yuan
    assert "表头之上，没有读取" in reading.notes[0]
    own = read(with_fees("费用合计（元）", "680", above))
    assert own.lines[0]["fees"] == "680.00"


def test_a_foreign_currency_above_the_head_makes_every_sum_a_fault():
    assert "折算成人民币" in str(read(with_fees("费用合计", "680", "单位：美元\n")).faults[0])
    for two in ("单位：元\n\t\t\t费用（万元）\n", "单位：元/万元\n", "单位：万元、美元\n"):
        assert "写了不同的金额单位" in str(read(with_fees("费用合计", "680", two)).faults[0])
    assert "不认识 A1 中的单位“贝壳”" in str(read(with_fees("费用合计", "680", "金额单位：贝壳\n")).faults[0])


def test_a_unit_in_a_remark_below_or_in_the_sheets_title_counts_too():
    numbered = f"序号\t专利号\t专利类型\t授权公告日\t费用合计\n1\t{NUMBERS[0]}\t发明\t2021-05-10\t0.68\n"
    reading = read(f"{numbered}注：金额单位为万元\n")
    assert (reading.lines[0]["fees"], reading.faults) == ("6800.00", [])
    assert reading.notes == ["第 3 行是“注：金额单位为万元”行，没有读取。"]
    [sheet] = read_pasted_cells(numbered)
    sheet.title = "明细（千元）"
    assert read_tables(ITEM, [sheet], most=9).lines[0]["fees"] == "680.00"


@pytest.mark.parametrize(
    ("head", "yuan"),
    [
        ("官费/千元", "680.00"),
        ("官费万元", "6800.00"),
        ("万元人民币", "6800.00"),
        ("支出{万元}", "6800.00"),
        ("支出", "0.68"),
    ],
)
def test_a_column_that_a_person_maps_keeps_the_unit_of_its_head(head, yuan):
    chosen = {1: "patent_no", 2: "patent_kind", 3: "granted_on", 4: "fees"}
    sheets = read_pasted_cells(with_fees(head, "0.68"))
    assert read_tables(ITEM, sheets, most=9, chosen=chosen).lines[0]["fees"] == yuan


def test_cells_merged_downwards_are_faults_and_hidden_rows_and_columns_are_named():
    text = f"专利号\t专利类型\t授权公告日\t权利人\t费用合计\n{ROW}\n{NUMBERS[1]}\t发明\t2021-05-11\t\t\n"
    [sheet] = read_pasted_cells(text)
    sheet.rows[3][4] = Cell(3, 4, "", is_covered=True)
    sheet.hidden_rows, sheet.hidden_columns = [1, 3], [5, 9]
    reading = read_tables(ITEM, [sheet], most=9)
    assert [fault.cell for fault in reading.faults] == ["D3"]
    assert "取消合并" in reading.faults[0].message
    assert ["第 3 行在表格中是隐藏的" in note or "E 列" in note for note in reading.notes] == [True, True]


@pytest.mark.parametrize(("cell", "warns"), [("0.68", True), ("99", True), ("900000", True), ("6800", False)])
def test_an_unlikely_sum_is_warned_of_by_its_cell(cell, warns):
    reading = read(with_fees("费用合计", cell))
    assert reading.faults == []
    assert [warning.cell for warning in reading.warnings] == (["D2"] if warns else [])


def test_usual_words_titles_totals_and_other_columns_are_taken_as_people_mean_them():
    text = (
        "某某公司专利汇总表\n\n"
        "序号\t专利名称\t专利号码\t类别\t授权日\t专利权人\t费用（元）\t备注\n"
        f"1\t一种装置\t{NUMBERS[0]}\t发明专利\t2021年5月10日\t甲公司\t6800\t加急\n"
        "\n\n"
        "序号\t专利名称\t专利号码\t类别\t授权日\t专利权人\t费用（元）\t备注\n"
        f"2\t一种方法\t{NUMBERS[1]}\t 发明\t20210511\t甲公司\t5500\t\t后补\n"
        "\t\t\t\t\t\t\t制表：张三\n"
        "\t合 计：\t\t\t\t\t12300\t\n"
    )
    reading = read(text)
    assert reading.faults == []
    assert [(line["patent_kind"], line["fees"]) for line in reading.lines] == [
        ("invention", "6800.00"),
        ("invention", "5500.00"),
    ]
    assert reading.notes == [
        "第 1 行在表头之上，没有读取。",
        "B3 的列“专利名称”没有对应的字段，整列没有读取。",
        "H3 的列“备注”没有对应的字段，整列没有读取。",
        "I 列没有表头，其中的内容（从 I8 起）没有读取。",
        "第 7 行与表头相同，没有读取。",
        "第 9 行是“制表：张三”行，没有读取。",
        "第 10 行是“合 计：”行，没有读取。",
    ]


def test_remarks_and_signatures_below_a_table_are_no_rows():
    reading = read(f"{HEAD}\n{ROW}\n注：费用均含代理费\n填表人：\t张三\t审核：\t李四\n注册\t发明\t2021-05-10\t乙\t1")
    assert [line["holders"] for line in reading.lines] == ["甲公司", "乙"]
    assert reading.notes == ["第 3 行是“注：费用均含代理费”行，没有读取。", "第 4 行是“填表人：”行，没有读取。"]


def test_a_head_of_two_rows_is_one_and_its_group_gives_the_unit():
    book = Workbook()
    sheet = book.active
    for row in (
        ["授权专利一览表"],
        ["1.专利号", "★类别", "授权公告日", "费用（万元）"],
        ["", "", "", "官费", "合计"],
        [NUMBERS[0], "发明", "2021-05-10", 0.3, 0.68],
    ):
        sheet.append([cell or None for cell in row])
    for place in ("A2:A3", "B2:B3", "C2:C3", "D2:E2"):
        sheet.merge_cells(place)
    content = io.BytesIO()
    book.save(content)
    reading = read_tables(ITEM, read_book(content.getvalue()), most=200)
    assert (reading.faults, [line["fees"] for line in reading.lines]) == ([], ["6800.00"])
    assert reading.notes == [
        "第 1 行在表头之上，没有读取。",
        "D3 的列“官费(万元)”没有对应的字段，整列没有读取。",
    ]


def test_a_name_that_begins_like_a_total_is_a_row():
    item = make_item(Fact("project_name", "项目名称", "text", required=True), Fact("fees", "费用", "money"))
    assert len(read("项目名称\t费用\n总计划推进\t500\n合计\t500", item=item).lines) == 1


def test_rows_after_blank_ones_and_beyond_the_limit_are_never_dropped_in_silence():
    rows = [f"{number}\t发明\t2021-05-10\t甲\t6800" for number in NUMBERS]
    assert len(read("\n".join([HEAD, rows[0], *[""] * 3000, rows[1]])).lines) == 2
    reading = read("\n".join([HEAD, *rows]), most=2)
    assert [str(fault) for fault in reading.faults] == ["A4 明细：一次最多 2 项，第 4 行（1 项）超出，请分开导入。"]


def test_what_is_missing_or_contradicts_itself_is_named_in_the_sheets_own_row():
    text = f"标题\n\n{HEAD}\n{NUMBERS[0]}\t实用新型\t2021-05-10\t甲\t6800\n{NUMBERS[1]}\t发明\t\t甲\t5000\n"
    faults = [str(fault) for fault in read(text, is_complete=True).faults]
    assert faults[0].startswith("A4 专利号：从号码看这是发明专利")
    assert faults[1] == "C5 授权公告日：请填写授权公告日。"


@pytest.mark.parametrize("text", [f"{ROW}\n{ROW}", f'"{NUMBERS[0]}"\t发明\t2021-05-10\t"甲\n乙公司"\t6800'])
def test_pasted_rows_without_a_head_are_read_in_the_order_of_the_template(text):
    reading = read(text, is_pasted=True)
    assert reading.faults == []
    assert reading.lines[-1]["holders"] in ("甲公司", "甲 乙公司")


def test_a_pasted_head_that_is_not_known_is_no_data():
    reading = read(f"号\t类\t日\t人\t钱\n{ROW}", is_pasted=True)
    assert not reading.lines
    assert [(column.head, column.sample) for column in reading.unmapped][-1] == ("钱", "6800")


def test_faults_of_cells_count_only_where_their_column_is_read():
    cells = {
        1: Cell(1, 1, "专利号"),
        2: Cell(1, 2, "备注"),
        3: Cell(1, 3, "费用合计"),
        4: Cell(1, 4, "专利类型"),
        5: Cell(1, 5, "授权公告日"),
    }
    row = {
        1: Cell(2, 1, NUMBERS[0]),
        2: Cell(2, 2, "", fault="单元格是错误值 #REF!。"),
        3: Cell(2, 3, "", fault="单元格是公式。"),
        4: Cell(2, 4, "发明"),
        5: Cell(2, 5, "2021-05-10"),
    }
    reading = read_tables(ITEM, [Sheet("明细", {1: cells, 2: row})], most=9)
    assert [str(fault) for fault in reading.faults] == ["C2 费用合计：单元格是公式。"]


LOAN = make_item(
    Fact("contract_no", "贷款合同号", "text", required=True, check="contract_no"),
    Fact("rate", "年利率", "text"),
    Fact(
        "interest_payments",
        "已付利息",
        "rows",
        columns=(Fact("paid_on", "付息日期", "date"), Fact("amount", "金额", "money", unit="元")),
    ),
)


def book(*sheets):
    found = []
    for title, text in sheets:
        [sheet] = read_pasted_cells(text)
        sheet.title = title
        found.append(sheet)
    return found


def test_a_second_sheet_is_found_by_its_head_whatever_it_is_called_and_no_row_is_cut():
    rows = "".join(f"1\t2021-05-10\t{n + 100}\n" for n in range(250))
    sheets = book(
        ("借款", "序号\t合同编号\t年利率（%）\n1\t锡银借字第12号\t3.45"),
        ("流水", f"明细序号\t付息日\t利息（元）\n{rows}"),
        ("说明", "请看"),
    )
    reading = read_tables(LOAN, sheets, most=9)
    assert reading.lines[0]["rate"] == "3.45%"
    assert [fault.cell for fault in reading.faults] == ["流水!A242"]
    assert "最多 240 行" in reading.faults[0].message
    assert reading.notes == ["工作表“说明”没有读取。"]


def test_rows_of_a_second_sheet_must_name_their_line_unless_there_is_only_one():
    lines = "序号\t贷款合同号\t年利率\n1\tA-0001号\t3%\n02\tA-0002号\t3%"
    reading = read_tables(
        LOAN, book(("明细", lines), ("已付利息", "序号\t付息日期\t金额\n2\t2021-05-10\t5\n7\t2021-05-10\t6")), most=9
    )
    assert reading.lines[1]["interest_payments"][0]["amount"] == "5.00"
    assert [str(fault) for fault in reading.faults] == [
        "已付利息!A3 明细序号：“明细”中没有序号为“7”的一行，请填写对应的序号。"
    ]
    one = read_tables(
        LOAN, book(("明细", "贷款合同号\t年利率\nA-0001号\t3%"), ("已付利息", "付息日期\t金额\n2021-05-10\t50")), most=9
    )
    assert (one.faults, len(one.lines[0]["interest_payments"])) == ([], 1)
