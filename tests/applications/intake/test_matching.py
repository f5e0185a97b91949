"""Which place a file's name and text point to. No database."""

import pytest

from applications.intake.selectors.matching import Line, line_keys, propose
from policies.engine.model import Evidence as Requirement
from policies.engine.model import Fact
from portal.core.numbers import number_words

CERTIFICATE = Requirement("certificate", "权利证书", required=True)
RECEIPTS = Requirement("fee_receipts", "费用票据", required=True)
PLAN = Requirement("project_plan", "项目实施方案和预算", per="claim")
OWN = Requirement("own_paper", "受理通知书")
PATENT = Fact(name="patent_no", label="专利号", type="text", check="patent_no")
CONTRACT = Fact(name="contract_no", label="贷款合同号", type="text", check="contract_no")
TRADEMARK = Fact(name="trademark_no", label="商标注册号", type="text", check="certificate_no")
PERSON = Fact(name="person", label="姓名", type="text")


def lines_of(fact, *values):
    return [Line(number, line_keys([fact], fact.name, {fact.name: value})) for number, value in enumerate(values, 1)]


PATENTS = lines_of(PATENT, "201710601862.3", "202010123456.X", "98123456.7")


def found(name, text="", lines=PATENTS, requirements=(CERTIFICATE, RECEIPTS, PLAN, OWN)):
    proposal = propose(name, text, lines=lines, requirements=requirements)
    return proposal.requirement, proposal.lines


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ZL201710601862.3证书.pdf", ("certificate", (1,))),
        ("201710601862.3 发票.PDF", ("fee_receipts", (1,))),
        ("ZL 2017 1 0601862.3 发明专利证书.pdf", ("certificate", (1,))),
        ("zl2017106018623_证书.pdf", ("certificate", (1,))),
        ("证书-201710601862.pdf", ("certificate", (1,))),
        ("CN202010123456x收据.pdf", ("fee_receipts", (2,))),
        ("２０２０１０１２３４５６．Ｘ－票据.pdf", ("fee_receipts", (2,))),
        ("98123456.7受理通知书.pdf", ("own_paper", (3,))),
        ("201710601862.3和202010123456.X的票据.pdf", ("fee_receipts", (1, 2))),
        ("第2项 证书.pdf", ("certificate", (2,))),
        ("预算.pdf", ("project_plan", ())),
        # Other numbers that hold one of these, or another check character, are other numbers.
        ("1201710601862.3证书.pdf", ("certificate", ())),
        ("2017106018629证书.pdf", ("certificate", ())),
        ("第9项 证书.pdf", ("certificate", ())),
        ("IMG_0001.jpg", ("", ())),
    ],
)
def test_a_name_points_to_line_and_paper(name, expected):
    assert found(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ZL201710601862.3 装置／证书.pdf", ("certificate", (1,))),
        ("申报材料／专利证书／202010123456.X.pdf", ("certificate", (2,))),
        ("票据／第1项／扫描.pdf", ("fee_receipts", (1,))),
        # The nearest goes before what is farther, and the file's own name before both.
        ("201710601862.3／202010123456.X／证书.pdf", ("certificate", (2,))),
        ("201710601862.3 证书／202010123456.X 发票.pdf", ("fee_receipts", (2,))),
        # A folder of papers of two kinds tells neither.
        ("专利证书和发票／201710601862.3.pdf", ("", (1,))),
    ],
)
def test_folders_tell_what_their_files_are(name, expected):
    assert found(name) == expected


def test_the_name_goes_before_the_text_and_the_text_is_read_where_the_name_says_nothing():
    text = "发明专利证书\n专利号：ZL 2020 1 0123456.X\n授权公告日 2021年5月10日"
    assert found("扫描件001.pdf", text) == ("certificate", (2,))
    assert found("201710601862.3.pdf", text) == ("certificate", (1,))
    assert found("扫描件.pdf", "收费票据 201710601862.3、202010123456X、981234567 合计") == ("fee_receipts", (1, 2, 3))


@pytest.mark.parametrize(
    ("fact", "value", "name", "is_found"),
    [
        (CONTRACT, "锡银借字〔2021〕第012号", "锡银借字2021第012号 借款合同.pdf", True),
        (CONTRACT, "锡银借字〔2021〕第012号", "锡银借字(2021)第013号.pdf", False),
        (TRADEMARK, "12345678", "商标12345678注册证.pdf", True),
        (TRADEMARK, "12345678", "商标123456789.pdf", False),
        (TRADEMARK, "12", "12.pdf", False),
        (PERSON, "王小明", "王小明-证书.pdf", True),
        (PERSON, "王小明", "李小明-证书.pdf", False),
    ],
)
def test_every_kind_of_line_is_known_by_what_identifies_it(fact, value, name, is_found):
    lines = lines_of(fact, value, "别的")
    assert (found(name, lines=lines)[1] == (1,)) is is_found


def test_the_only_line_and_the_only_paper_need_no_word():
    assert found("证书.pdf", lines=PATENTS[:1]) == ("certificate", (1,))
    assert found("201710601862.3.pdf", requirements=(CERTIFICATE, PLAN)) == ("certificate", (1,))


def test_numbers_are_told_as_people_write_them():
    assert number_words([1, 2, 3, 7, 9, 10]) == "1-3、7、9-10"
    assert number_words([]) == ""
