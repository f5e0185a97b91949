"""Lines from a spreadsheet."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from applications.claims.selectors.scope import item_of
from applications.claims.services.imports import Upload, build_template, import_lines, kept_upload, read_upload
from policies.engine import load_catalogue
from policies.engine.model import Fact
from portal.core.errors import RefusedError
from portal.core.sheet_reading import read_book, read_pasted_cells
from tests.applications.worlds import publish, start
from tests.factories import act, make_member, make_patent_no
from tests.policies.facts.test_forms import make_item

PATENT = load_catalogue().items["wx2020-01-inv"][0]
LOAN = load_catalogue().items["wx2020-05-loan"][0]


def read_workbook(item, content):
    return read_upload(item, Upload(read_book(content)))


def read_pasted(item, text):
    return read_upload(item, Upload(read_pasted_cells(text), is_pasted=True))


def fill(item, *rows, interest=()):
    """A filled template: each row maps a head's beginning to a value."""
    book = load_workbook(io.BytesIO(build_template(item)))
    for sheet, given in ((book["明细"], rows), (book.worksheets[-1], interest)):
        heads = {str(cell.value).rstrip("*"): cell.column for cell in sheet[1]}
        for number, row in enumerate(given, start=3):
            for label, value in row.items():
                column = next(c for head, c in heads.items() if head.startswith(label))
                sheet.cell(row=number, column=column, value=value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def patent_row(number=1, **over):
    return {
        "专利号": make_patent_no(number),
        "专利类型": "发明",
        "授权公告日": "2021-05-10",
        "权利人": "示例公司",
        "费用合计": 8000,
    } | over


def test_the_template_has_heads_with_units_help_and_the_values_a_cell_may_take():
    sheet = load_workbook(io.BytesIO(build_template(PATENT)))["明细"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:2] == ["序号", "专利号*"]
    assert "费用合计（元）*" in heads
    assert sheet["A2"].value == "说明"
    assert "201710601862.3" in sheet["B2"].value
    lists = [rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert lists == ['"发明,外观设计,实用新型"']
    assert sheet.freeze_panes == "B3"


def test_a_filled_template_is_read_back_with_real_dates_and_numbers():
    content = fill(PATENT, patent_row(1, 授权公告日=date(2021, 5, 10), 费用合计=4999.99), patent_row(2))
    reading = read_workbook(PATENT, content)
    assert reading.faults == []
    assert [line["fees"] for line in reading.lines] == ["4999.99", "8000.00"]
    assert reading.lines[0]["granted_on"] == "2021-05-10"
    assert reading.lines[0]["patent_kind"] == "invention"


def test_every_fault_is_named_by_its_cell_and_nothing_else_is_lost():
    content = fill(
        PATENT,
        patent_row(1, 授权公告日="去年"),
        patent_row(2, 专利号="201710601862.4", 费用合计="五千"),
    )
    faults = [str(fault) for fault in read_workbook(PATENT, content).faults]
    assert faults[0].startswith("D3 授权公告日：“去年”不是日期")
    assert faults[1].startswith("B4 专利号：“201710601862.4”的校验位不符")
    assert faults[2].startswith("F4 费用合计：“五千”不是金额")
    assert len(faults) == 3


def test_formulas_are_refused_and_never_computed():
    content = fill(PATENT, patent_row(1, 权利人='=HYPERLINK("http://evil.example","x")', 费用合计="=1+1"))
    faults = [str(fault) for fault in read_workbook(PATENT, content).faults]
    assert [fault[:2] for fault in faults] == ["E3", "F3"]
    assert all("公式" in fault for fault in faults)


def test_words_of_an_item_that_look_like_formulas_stay_words_in_the_template():
    item = make_item(Fact("a", '=cmd|"/c calc"!A1', "text", help="@SUM(1)"), Fact("b", "+1", "text"))
    sheet = load_workbook(io.BytesIO(build_template(item)))["明细"]
    assert sheet["B1"].value == '=cmd|"/c calc"!A1'
    assert {cell.data_type for row in sheet.iter_rows(max_row=2, max_col=3) for cell in row if cell.value} == {"s"}


def test_rows_of_a_line_have_a_sheet_of_their_own_and_name_their_line():
    loan = {
        "序号": 1,
        "贷款合同号": "锡银借字第12号",
        "质押登记号": "Y2021320000001",
        "质押登记日期": "2021-01-04",
        "质押的知识产权": "发明 2 件",
        "贷款银行": "示例银行",
        "贷款本金": 5000000,
        "年利率": "4.35%",
        "放款日期": "2021-01-10",
        "贷款到期日": "2022-01-09",
        "还清日期": "2022-01-09",
    }
    heads = [c.value.rstrip("*") for c in load_workbook(io.BytesIO(build_template(LOAN)))["明细"][1]]
    loan = dict(zip(heads, loan.values(), strict=False))
    rows = [
        {"明细序号": 1, "付息日期": "2021-06-20", "金额": 60000},
        {"明细序号": 1, "付息日期": "2021-12-20", "金额": "四万"},
        {"明细序号": 7, "付息日期": "2021-12-20", "金额": 1},
    ]
    reading = read_workbook(LOAN, fill(LOAN, loan, interest=rows))
    assert [row["amount"] for row in reading.lines[0]["interest_payments"]] == ["60000.00", "四万"]
    assert [fault.cell for fault in reading.faults] == ["已付利息!C4", "已付利息!A5"]


@pytest.mark.parametrize("content", [b"no workbook at all", fill(LOAN, {"序号": 1})])
def test_a_sheet_whose_columns_are_not_known_is_left_to_the_person_to_map(content):
    reading = read_workbook(PATENT, content)
    assert not reading.lines
    # The number tells the kind, and the applicant is the holder of what it claims.
    assert set(reading.missing) == {"专利号", "授权公告日", "费用合计"}
    assert reading.unmapped[0].name in ("A", "B")


def test_columns_that_a_person_mapped_are_read_and_the_others_named():
    row = f"{make_patent_no(1)}\t授权发明\t发明\t2021/5/10\t示例公司\t8,000"
    text = f"甲\t乙\t丙\t丁\t戊\t己（百元）\n{row}"
    upload = Upload(read_pasted_cells(text), is_pasted=True)
    assert [column.head for column in read_upload(PATENT, upload).unmapped] == [
        "甲",
        "乙",
        "丙",
        "丁",
        "戊",
        "己（百元）",
    ]
    chosen = {1: "patent_no", 2: "", 3: "patent_kind", 4: "granted_on", 5: "holders", 6: "fees", 9: "no_such_fact"}
    reading = read_upload(PATENT, kept_upload(upload.kept(), chosen))
    assert reading.faults == []
    assert reading.lines[0]["fees"] == "800000.00"
    assert reading.notes == ["B1 的列“乙”没有对应的字段，整列没有读取。"]


@pytest.mark.parametrize("text", ["", "x", "eyJ9:1:2"])
def test_a_kept_table_that_was_not_made_here_is_refused(text):
    with pytest.raises(RefusedError, match="重新选择"):
        kept_upload(text, {})


def test_pasted_cells_are_read_with_or_without_their_heads():
    row = f"{make_patent_no(1)}\t发明\t2021/5/10\t示例公司\t8,000"
    bare = read_pasted(PATENT, row + "\n")
    headed = read_pasted(PATENT, f"专利号\t专利类型\t授权公告日\t权利人（按证书顺序）\t费用合计\n{row}")
    assert bare.faults == headed.faults == []
    assert bare.lines[0]["fees"] == headed.lines[0]["fees"] == "8000.00"
    assert read_pasted(PATENT, f"{row}\n\n{row.replace('2021/5/10', '?')}").faults[0].cell == "C3"


@pytest.mark.django_db
def test_nothing_is_imported_while_one_cell_is_wrong():
    publish()
    member = make_member()
    claim = start(member)
    item = item_of(claim)
    bad = read_workbook(item, fill(item, patent_row(1), patent_row(2, 费用合计="x")))
    with pytest.raises(RefusedError, match="没有导入任何内容"):
        import_lines(claim, act=act(member), reading=bad)
    with pytest.raises(RefusedError, match="没有填写任何明细"):
        import_lines(claim, act=act(member), reading=read_workbook(item, fill(item)))
    assert claim.lines.count() == 1
    good = read_workbook(item, fill(item, patent_row(1), patent_row(2)))
    assert len(import_lines(claim, act=act(member), reading=good)) == 2
    assert [line.subject_key for line in claim.lines.order_by("position")] == [
        make_patent_no(n).replace(".", "") for n in (1, 2)
    ]


EVENT = load_catalogue().items["wx2020-16-event"][-1]


def test_what_officers_decide_is_no_column_of_the_template():
    heads = [str(cell.value) for cell in load_workbook(io.BytesIO(build_template(EVENT)))["明细"][1]]
    assert any(head.startswith("申请金额") for head in heads)
    assert not any(head.startswith(("审定金额", "审定文号")) for head in heads)


def test_what_officers_decide_cannot_be_pasted_in():
    reading = read_pasted(EVENT, "项目名称\t立项或批准日期\t审定金额\n论坛\t2026-03-01\t900000\n")
    names = {column.fact for column in reading.unmapped}
    assert "decided" not in names | {name for line in reading.lines for name in line}
    upload = Upload(read_pasted_cells("项目名称\t审定金额\n论坛\t900000\n"), True, {1: "project_name", 2: "decided"})
    assert read_upload(EVENT, upload).lines == [{"project_name": "论坛"}]


@pytest.mark.django_db
def test_a_person_maps_the_columns_of_an_own_table_without_sending_it_again(client, settings):
    publish()
    member = make_member()
    claim = start(member)
    client.force_login(member)
    url = reverse("applications:import", args=[claim.key])
    file = SimpleUploadedFile(
        "清单.csv", f"号,类,日,人,钱（万元）\n{make_patent_no(1)},发明,2021-05-10,甲,0.5\n".encode("gb18030")
    )
    first = client.post(url, {"file": file})
    assert first.status_code == 422
    page = first.content.decode()
    assert "请在下面选择各列是什么内容" in page
    assert "钱（万元）" in page
    assert claim.lines.get().facts == {}
    names = ("patent_no", "patent_kind", "granted_on", "holders", "fees")
    mapped = {f"column-{at}": name for at, name in enumerate(names, start=1)}
    done = client.post(url, {"kept": first.context["kept"], **mapped}, follow=True)
    assert done.status_code == 200
    assert claim.lines.get().facts["fees"] == "5000.00"
    settings.IMPORTS_PER_HOUR = 0
    refused = client.post(url, {"pasted": "专利号"})
    assert (refused.status_code, "一小时内" in refused.content.decode()) == (422, True)


@pytest.mark.django_db
def test_what_was_not_read_is_said_after_an_import(client):
    publish()
    member = make_member()
    claim = start(member)
    client.force_login(member)
    row = f"{make_patent_no(1)}\t发明\t2021/5/10\t示例公司\t8\t加急"
    text = f"专利号\t专利类型\t授权公告日\t权利人\t费用合计\t备注\n{row}\n合计\t\t\t\t8"
    page = client.post(reverse("applications:import", args=[claim.key]), {"pasted": text}, follow=True).content.decode()
    assert "F1 的列“备注”没有对应的字段" in page
    assert "第 3 行是“合计”行，没有读取" in page
    assert "E2 费用合计：8.00 元偏小，请核对单位是否为元" in page
