"""Files that people send as tables: what their cells mean, and that no file costs more than a refusal."""

import contextlib
import io
import random
import zipfile
from datetime import date, datetime
from datetime import time as clock
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from portal.core.errors import RefusedError
from portal.core.sheet_reading import MAX_BYTES, read_book, read_pasted_cells, stream_rows
from portal.core.sheet_reading.shapes import NumberFormat, number_format
from tests.cpu import cpu_limit


def xlsx(*rows, formats=None, **parts):
    """A workbook of one sheet; `parts` replace parts by name ("xl/styles.xml") or change them by a function."""
    book = openpyxl.Workbook()
    for row in rows or [["专利号", "费用"], ["1", 5]]:
        book.active.append(row)
    for address, code in (formats or {}).items():
        book.active[address].number_format = code
    target = io.BytesIO()
    book.save(target)
    return repacked(target.getvalue(), **parts) if parts else target.getvalue()


def shared():
    """A workbook as Excel writes it, its texts in a table of their own."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["专利号", "费用"])
        sheet.write_row(1, 0, ["甲", 0.5], book.add_format({"num_format": "0%"}))
    return target.getvalue()


def repacked(content, method=zipfile.ZIP_DEFLATED, **parts):
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", method) as new:
        for name in old.namelist():
            change = parts.pop(name, None)
            data = old.read(name)
            if change is not None:
                data = change(data) if callable(change) else change
            if data is not None:
                new.writestr(name, data)
        for name, data in parts.items():
            new.writestr(name, data)
    return target.getvalue()


def cells(content):
    [sheet] = read_book(content)
    return {cell.address: cell for row in sheet.rows.values() for cell in row.values()}


def texts(content):
    return {address: cell.text for address, cell in cells(content).items()}


def test_values_are_what_people_see():
    midnight, morning = datetime.fromisoformat("2025-03-04"), datetime.fromisoformat("2025-03-04T10:30")
    row = [0.0345, midnight, date(2025, 3, 5), morning, 1409.5000000000002, 0.1 + 0.2]
    row += [100.0, 1e-7, "a_x000D_\nb\u200b", "  x  ", 0.1 * 3 * 100, clock(9, 5)]
    found = texts(xlsx(row, formats={"A1": "0.00%", "K1": '"共"0.0"%"'}))
    assert list(found.values()) == [
        *("3.45%", "2025-03-04", "2025-03-05", "2025-03-04 10:30:00", "1409.5", "0.3"),
        *("100", "0.0000001", "a b", "x", "30", "1899-12-31 09:05:00"),
    ]


@pytest.mark.parametrize(
    ("value", "says"),
    [(123456789012345678, "超过 15 位"), ("=1+1", "公式"), ("#REF!", "错误值 #REF!"), ("x" * 501, "超过 500 个字")],
)
def test_a_cell_that_nobody_can_read_has_a_fault_with_the_remedy(value, says):
    [cell] = cells(xlsx([value])).values()
    assert says in cell.fault
    assert cell.address == "A1"


def test_truth_values_are_no_text():
    assert [cell.kind for cell in cells(xlsx([True, "TRUE"])).values()] == ["boolean", "text"]


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        ('yyyy"年"m"月"d"日"', NumberFormat("date")),
        ("[$-804]yyyy/m/d;@", NumberFormat("date")),
        ("0.00%", NumberFormat("percent")),
        ('0.00"%"', NumberFormat()),
        ("#,##0.00_ ;[Red]-#,##0.00 ", NumberFormat()),
        ('_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', NumberFormat()),
        ("General", NumberFormat()),
        ('"d"0', NumberFormat()),
        ('0"件"', NumberFormat()),
        ("[$¥-804]#,##0.00", NumberFormat()),
        ('0.00"万元"', NumberFormat(unit="万元")),
        ('General"（万元）"', NumberFormat(unit="万元")),
        ("[$US$-409] #,##0", NumberFormat(unit="US$")),
        ("\\$0.00", NumberFormat(unit="$")),
        ("[$¥-411]#,##0", NumberFormat(unit="日元")),
        ("#,##0.00,", NumberFormat(is_scaled=True)),
        ('0!.0,"万元"', NumberFormat(unit="万元", is_scaled=True)),
        ('0"."0000', NumberFormat(is_scaled=True)),
    ],
)
def test_formats_say_what_people_see_beside_a_number(code, shape):
    assert number_format(200, code) == shape
    assert [number_format(known, "").kind for known in (14, 10, 0)] == ["date", "percent", ""]


def test_units_of_formats_stand_in_the_cell_and_numbers_shown_smaller_are_refused():
    found = cells(xlsx([0.68, 6800, 5], formats={"A1": '0.00"万元"', "B1": '0!.0,"万元"', "C1": "[$€-2] 0"}))
    assert [cell.text for cell in found.values()] == ["0.68万元", "", "5€"]
    assert "缩小后显示" in found["B1"].fault


def test_what_is_merged_or_hidden_is_known():
    book = openpyxl.Workbook()
    for row in (["甲", 1, "x"], [None, 2, None], [None, 3, "y"], ["乙", 4, None]):
        book.active.append(row)
    for cells_of in ("A1:A3", "C3:C9", "B1:C1", "A4:A40"):
        book.active.merge_cells(cells_of)
    book.active.row_dimensions[2].hidden = book.active.row_dimensions[7].hidden = True
    book.active.column_dimensions["B"].hidden = True
    target = io.BytesIO()
    book.save(target)
    [sheet] = read_book(target.getvalue())
    assert [cell.address for row in sheet.rows.values() for cell in row.values() if cell.is_covered] == [
        "A2",
        "A3",
        "C4",
    ]
    assert (sheet.hidden_rows, sheet.hidden_columns) == ([2], [2])


def sheet_xml(body):
    return f'<worksheet xmlns="x"><sheetData>{body}</sheetData></worksheet>'.encode()


SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE = {
    "text instead of a sheet": {SHEET: b"no xml"},
    "cut sheet": {SHEET: lambda data: data[: len(data) // 2]},
    "empty workbook": {"xl/workbook.xml": b""},
    "no workbook": {"xl/workbook.xml": lambda _: None},
    "no sheet": {SHEET: lambda _: None},
    "broken styles": {"xl/styles.xml": b"<styleSheet><cellXfs>"},
    "entities in a sheet": {SHEET: BOMB + sheet_xml('<c r="A1" t="inlineStr"><is><t>&b;</t></is></c>')},
    "entities in the texts": {"xl/sharedStrings.xml": BOMB + b"<sst/>"},
    "external entity": {SHEET: b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><worksheet/>'},
    "bad reference": {SHEET: sheet_xml('<row r="1"><c r="1A"><v>1</v></c></row>')},
    "reference beyond": {SHEET: sheet_xml('<row r="1"><c r="ZZZZZZ99999999999"><v>1</v></c></row>')},
    "far column": {SHEET: sheet_xml('<row r="1"><c r="XFD1"><v>1</v></c></row>')},
    "a flood of merged cells": {
        SHEET: sheet_xml('<row><c t="str"><v>1</v></c></row>' * 4000).replace(
            b"</sheetData>", b"</sheetData>" + b'<mergeCell ref="A1:A4000"/>' * 90_000
        )
    },
    "bad row": {SHEET: sheet_xml(f'<row r="{"9" * 5000}"><c><v>1</v></c></row>')},
    "twice the same cell": {SHEET: sheet_xml('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>')},
    "text that is not there": {SHEET: sheet_xml('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')},
    "negative text": {SHEET: sheet_xml('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>')},
    "no number": {SHEET: sheet_xml('<row r="1"><c r="A1"><v>12x</v></c></row>')},
    "a flood of elements": {SHEET: sheet_xml("<row>" + "<c/>" * 500_000 + "</row>")},
    "a flood of rows": {SHEET: sheet_xml('<row><c t="str"><v>1</v></c></row>' * 6000)},
    "a flood of bytes": {"xl/sharedStrings.xml": b"<sst>" + b" " * 40_000_000 + b"</sst>"},
    "ten thousand sheets": {f"xl/worksheets/extra{n}.xml": b"<worksheet/>" for n in range(3_000)},
    "many sheets": {
        "xl/workbook.xml": b'<workbook xmlns:r="r"><sheets>'
        + b'<sheet name="a" r:id="rId1"/>' * 100
        + b"</sheets></workbook>"
    },
    "binary workbook": {"xl/workbook.bin": b"\x00"},
    "open document": {"content.xml": b"<a/>"},
}


def damaged(kind):
    content = shared()
    if kind == "foreign compression":
        return repacked(content, zipfile.ZIP_LZMA)
    if kind == "unknown compression":
        return content.replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x08\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x63\x00"
        )
    if kind == "locked part":
        return content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    if kind == "broken deflate":
        return b"PK\x03\x04" + bytes(b ^ 0x55 for b in content[4:-4000]) + content[-4000:]
    if kind == "cut file":
        return content[:-200]
    return repacked(content, **HOSTILE[kind])


@pytest.mark.parametrize(
    "kind", [*HOSTILE, "foreign compression", "unknown compression", "locked part", "broken deflate", "cut file"]
)
def test_a_damaged_or_foreign_workbook_is_refused_in_words_and_costs_little(kind):
    content = damaged(kind)
    # The bounds of a file let it cost two seconds.
    with cpu_limit(4), pytest.raises(RefusedError) as refusal:
        read_book(content)
    assert any(word in str(refusal.value) for word in ("另存为", "请只保留", "删去", "取消密码", "分几次"))


def test_a_workbook_whose_looks_are_damaged_is_read_all_the_same():
    strange = {"xl/styles.xml": lambda data: data.replace(b"<fills count", b"<fill/><fills count")}
    assert texts(xlsx(["甲", 1], **strange)) == {"A1": "甲", "B1": "1"}
    assert texts(xlsx(["甲"], **{"xl/theme/theme1.xml": b"no xml", "xl/styles.xml": lambda _: None})) == {"A1": "甲"}


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_sheet_that_nobody_sees_comes_last_and_says_so(state):
    book = openpyxl.Workbook()
    book.create_sheet("旧数据", 0).append(["旧"])
    book["旧数据"].sheet_state = state
    book["Sheet"].append(["新"])
    target = io.BytesIO()
    book.save(target)
    assert [(sheet.title, sheet.rows[1][1].text) for sheet in read_book(target.getvalue())] == [
        ("Sheet", "新"),
        ("旧数据（隐藏）", "旧"),
    ]


def test_texts_in_a_table_of_their_own_are_read():
    assert texts(shared()) == {"A1": "专利号", "B1": "费用", "A2": "甲", "B2": "50%"}


def test_rich_texts_are_read_without_how_they_are_spoken_and_cells_without_addresses_in_their_order():
    rich = "<is><r><t>锡</t></r><r><t>A</t></r><rPh><t>xi</t></rPh></is>"
    last = '<row r="9"><c r="C9" t="d"><v>2025-01-02</v></c></row>'
    body = f'<row><c t="inlineStr">{rich}</c><c/><c><v>2</v></c></row>{last}'
    assert texts(xlsx(**{SHEET: sheet_xml(body)})) == {"A1": "锡A", "C1": "2", "C9": "2025-01-02"}


@pytest.mark.parametrize(
    "content",
    [
        '专利号,费用\n甲,"6,800"\n'.encode(),
        '\ufeff专利号,费用\n甲,"6,800"\n'.encode(),
        "专利号\t费用\n甲\t6,800\n".encode("gb18030"),
        "专利号;费用\r\n甲;6,800\r\n".encode(),
        "专利号\t费用\r\n甲\t6,800\r\n".encode("utf-16"),
        '专利号,费用\n="甲","6,800"\n'.encode(),
    ],
)
def test_text_tables_are_read_in_every_usual_encoding_and_separator(content):
    assert texts(content) == {"A1": "专利号", "B1": "费用", "A2": "甲", "B2": "6,800"}


OLD = (Path(__file__).parents[2] / "data" / "old_workbook.xls").read_bytes()


def test_old_workbooks_are_read_like_new_ones():
    first, empty = read_book(OLD)
    assert (first.title, empty.rows) == ("明细", {})
    assert [cell.text for cell in first.rows[2].values()] == [
        *("1", "ZL 2017 1 0601862.3", "发明专利", "2021-05-10", "0.68", "3.45%"),
    ]
    found = first.rows[3]
    assert ("超过 15 位" in found[2].fault, found[3].kind, found[4].text) == (True, "boolean", "2021-05-10 09:30:00")
    assert "#REF!" in found[5].fault


@pytest.mark.parametrize("seed", range(40))
def test_an_old_workbook_with_wrong_bytes_is_read_or_refused(seed):
    chance = random.Random(seed)
    content = bytearray(OLD)
    for _ in range(chance.choice((1, 5, 200))):
        content[chance.randrange(8, len(content))] = chance.randrange(256)
    with cpu_limit(2), contextlib.suppress(RefusedError):
        read_book(bytes(content[: chance.choice((len(content), 3000))]))


def test_long_numbers_that_a_text_table_has_lost_are_no_numbers():
    assert "超过 15 位" in cells(b"a,b\n1.23457E+17,320211199001011234\n")["A2"].fault


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7",
        b"\x89PNG\r\n",
        b"<html><table><tr><td>1</td></tr></table></html>",
        b"a\x00b",
        b"\xff\xfe\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        b"\x09\x04\x06\x00" + b"\x01" * 50,
        b"PK\x03\x04 no archive",
        b"x" * (MAX_BYTES + 1),
        b'"' + b"x" * 200_000 + b'"',
    ],
)
def test_what_is_no_table_is_refused_with_the_remedy(content):
    with pytest.raises(RefusedError, match="另存|取消密码|请"):
        read_book(content)


def test_pasted_cells_with_line_breaks_stay_one_cell_and_an_odd_quote_is_a_letter():
    [sheet] = read_pasted_cells('a\t"b\nc"\td\n1\t"say ""x"""\t2\n')
    assert [[cell.text for cell in row.values()] for row in sheet.rows.values()] == [
        ["a", "b c", "d"],
        ["1", 'say "x"', "2"],
    ]
    [sheet] = read_pasted_cells('"智能"装置\t1\n乙\t2\n"丙\t3\n丁"\t4\n')
    assert [cell.text for row in sheet.rows.values() for cell in row.values()] == [
        *('"智能"装置', "1", "乙", "2", '"丙', "3", '丁"', "4"),
    ]
    [sheet] = read_book("专利清单\n专利号,权利人\n甲,乙;丙\n丁,戊;己\n".encode())
    assert [[cell.text for cell in row.values()] for row in sheet.rows.values()][1:] == [
        *(["专利号", "权利人"], ["甲", "乙;丙"], ["丁", "戊;己"]),
    ]
    [sheet] = read_pasted_cells('a\t5" rohr\n1\t2\n')
    assert [[cell.text for cell in row.values()] for row in sheet.rows.values()] == [["a", '5" rohr'], ["1", "2"]]


def test_a_long_sheet_says_of_each_row_which_cell_cannot_be_read():
    content = xlsx(["信用代码", "移出日期"], ["甲", "=TODAY()"], [123456789012345678, "x"], ["乙", "2026-01-02"])
    rows = list(stream_rows(io.BytesIO(content), most_bytes=10**6, most_elements=10**4))
    assert [(row.number, row.texts, row.fault[:5]) for row in rows] == [
        (1, ["信用代码", "移出日期"], ""),
        (2, ["甲", ""], "B2：单元"),
        (3, ["", "x"], "A3：数字"),
        (4, ["乙", "2026-01-02"], ""),
    ]
