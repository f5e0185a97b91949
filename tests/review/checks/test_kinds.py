"""Each check at its boundaries, over claims that were handed in."""

from datetime import date
from fractions import Fraction

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from applications.claims.enums import Action
from applications.claims.models import Claim, ClaimEvent
from policies.facts.identifiers import patent_key
from portal.core.errors import RefusedError
from portal.core.registers import RegisterKind, UncheckedError
from review.checks.enums import SheetState, Step
from review.checks.inputs import ACCOUNT, Inputs, keep_identifiers
from review.checks.kinds.interest import interest_fen
from review.checks.kinds.validity import find_certificates
from review.checks.models import Finding, RegisterRow, RegisterSheet
from review.checks.registers import SheetRegister, group_on, listed_on, official_fees
from review.checks.selectors import words_of
from review.checks.services.examine import run_checks
from review.checks.sheets import excluded_key, read_entries
from review.checks.together import read_whole
from tests.applications.mandates.worlds import give_mandate, make_agent
from tests.applications.worlds import loan_facts, patent_facts
from tests.factories import UserFactory, jiangsu, make_patent_no, make_uscc, wuxi
from tests.review.worlds import again, submitted

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path


def found_on(claim: Claim, code: str, *, on: date = DAY) -> list[tuple[str, str]]:
    """What a check finds: severity and words. Read with many or by itself, a claim is found to have the same."""
    report = run_checks(Inputs(again(claim), on=on), step=Step.FINAL)
    together = run_checks(read_whole([again(claim)], on=on)[0], step=Step.FINAL)
    assert (together.findings, together.outcomes) == (report.findings, report.outcomes)
    return [
        (severity.value, words_of(found.row(Finding(claim=claim, code=code, key=found.key), severity)))
        for (name, _), (severity, found) in report.findings.items()
        if name == code
    ]


def with_line(claim: Claim, **facts: object) -> Claim:
    """The claim with other facts on its first line, as a correction may bring them."""
    line = claim.lines.first()
    line.facts |= facts
    line.save(update_fields=["facts"])
    return claim


def sheet(kind: RegisterKind, *rows: dict[str, str], as_of: date = date(2026, 5, 1), region=None) -> RegisterSheet:
    """A sheet of a register in force, its rows by their key."""
    made = RegisterSheet.objects.create(
        region=region or wuxi(),
        kind=kind,
        as_of=as_of,
        source="通报",
        filename="名单.xlsx",
        sha256=f"{as_of}{kind}"[:64],
        size=1,
        state=SheetState.IN_FORCE,
        uploaded_by=UserFactory(),
    )
    RegisterRow.objects.bulk_create(RegisterRow(sheet=made, key=row.pop("key"), facts=row) for row in rows)
    return made


def test_same_number_is_found_over_items_and_applicants_and_an_own_other_item_is_only_noted():
    first = submitted(lines=[patent_facts(1)])
    other = submitted(lines=[patent_facts(2)])
    assert found_on(other, "duplicate") == []
    # Found out after the review, by its normal form, in a claim of somebody else.
    other.lines.update(subject_key=first.lines.get().subject_key)
    ((severity, words),) = found_on(other, "duplicate")
    assert (severity, words) == ("question", "第 1 项的专利号也见于其他单位的另外 1 件申报，请核实是否重复。")
    first.status = "rejected"
    first.save(update_fields=["status"])
    assert found_on(other, "duplicate") == []
    first.status = "paid"
    first.approved_amount = 1
    first.item, first.applicant = submitted(item="wx2020-05-loan", lines=[loan_facts()]).item, other.applicant
    first.save()
    ((severity, words),) = found_on(other, "duplicate")
    assert severity == "notice"
    assert "本单位" in words


def test_numbers_that_are_no_subject_are_compared_too():
    """A pledge of one loan in another's claim, once the other's numbers are kept."""
    first = submitted(item="wx2020-05-loan", lines=[loan_facts()])
    other = submitted(item="wx2020-05-loan", lines=[loan_facts(contract_no="另一合同 2021-7")])
    assert found_on(other, "duplicate") == []
    keep_identifiers(Inputs(again(first), on=DAY))
    assert [words for _, words in found_on(other, "duplicate")] == [
        "第 1 项的质押登记号也见于其他单位的另外 1 件申报，请核实是否重复。"
    ]
    assert found_on(other, "shared_account") == []


def test_same_file_of_another_applicant_and_shared_account_phone_are_found():
    first, other = submitted(lines=[patent_facts(1)]), submitted(lines=[patent_facts(2)])
    # The tests' claims bring the same bytes.
    assert [severity for severity, _ in found_on(other, "same_file")] == ["notice"]
    first.evidence.update(removed_at=first.submitted_at)
    assert found_on(other, "same_file") == []
    keep_identifiers(Inputs(again(first), on=DAY))
    assert found_on(other, "shared_account") == []
    assert [words for _, words in found_on(other, "shared_contact")] == ["联系电话与其他单位的另外 1 件申报相同。"]
    account = next(each for each in Inputs(again(other), on=DAY).identifiers if each.kind == ACCOUNT)
    first.identifiers.filter(kind=ACCOUNT).update(value=account.value)
    assert [severity for severity, _ in found_on(other, "shared_account")] == ["question"]


def test_claims_read_together_take_the_queries_of_one_and_find_what_they_share_among_themselves(monkeypatch):
    # What rosters attest is asked where papers are missing.
    monkeypatch.setattr("applications.claims.selectors.problems.ATTESTING", [])
    claims = [submitted(lines=[patent_facts(number)]) for number in (1, 2, 3)]
    for number, claim in enumerate(claims):
        claim.evidence.update(removed_at=claim.submitted_at)
        claim.applicant.contact_phone = f"1390000000{number}"
        claim.applicant.save(update_fields=["contact_phone"])
    sheet(RegisterKind.ABNORMAL, {"key": patent_key(patent_facts(2)["patent_no"])})

    def found(*wanted: Claim) -> tuple[list[list[str]], int]:
        rows = Claim.objects.filter(pk__in=[claim.pk for claim in wanted]).order_by("pk")
        some = list(rows.select_related("applicant", "item", "version", "call", "region", "city"))
        with CaptureQueriesContext(connection) as asked:
            reports = [run_checks(inputs, step=Step.FINAL) for inputs in read_whole(some, on=DAY)]
        return [sorted(code for code, _ in report.findings) for report in reports], len(asked)

    few, all_three = found(*claims[:1]), found(*claims)
    assert all_three[1] == few[1]
    assert [("abnormal" in codes, "duplicate" in codes) for codes in all_three[0]] == [
        (False, False),
        (True, False),
        (False, False),
    ]
    for claim in claims[1:]:
        claim.lines.update(subject_key="同一权利")
    assert ["duplicate" in codes for codes in found(*claims)[0]] == [False, True, True]


def test_first_holder_is_the_applicant_or_a_name_it_had_before():
    claim = submitted()
    uscc, name = claim.applicant.uscc, claim.applicant.name
    assert found_on(claim, "first_holder") == []
    for holders, is_found in (
        (f"{name}、江南大学", False),
        (name.replace("有限公司", " 有限公司"), False),
        (f"江南大学、{name}", True),
        ("无锡旧名有限公司", True),
    ):
        assert bool(found_on(with_line(claim, holders=holders), "first_holder")) == is_found, holders
    sheet(RegisterKind.COMPANIES, {"key": uscc, "name": name, "former": "无锡旧名有限公司；合并公司", "state": "存续"})
    assert found_on(claim, "first_holder") == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"pledged_on": "2021-01-10", "drawn_on": "2021-01-10"}, ""),
        (
            {"pledged_on": "2021-01-11", "drawn_on": "2021-01-10"},
            "放款日期（2021-01-10）早于质押登记日期（",
        ),
        ({"repaid_on": "2021-01-09"}, "还清日期（2021-01-09）早于放款日期（2021-01-10）"),
        ({"interest_payments": [{"paid_on": "2021-01-09", "amount": "1"}]}, "第 1 笔付息日期（2021-01-09）早于"),
        ({"repaid_on": "2026-06-01"}, ""),
        ({"repaid_on": "2026-06-02"}, "还清日期为 2026-06-02，在核查当天之后"),
    ],
)
def test_days_in_order_may_be_one_and_the_same(facts, words):
    claim = with_line(submitted(item="wx2020-05-loan", lines=[loan_facts()]), **facts)
    found = found_on(claim, "dates")
    assert words in found[0][1] if words else found == []


def test_days_lie_in_the_calls_period_whose_end_does_not_belong_to_it():
    claim = submitted()
    call = claim.call
    call.facts_from = date(2021, 5, 10)
    for facts_to, count in ((date(2021, 5, 11), 0), (date(2021, 5, 10), 1)):
        call.facts_from = min(call.facts_from, facts_to.replace(day=1))
        call.facts_to = facts_to
        call.save()
        assert len(found_on(claim, "dates")) == count


def test_certificate_is_valid_on_its_last_day():
    claim = with_line(submitted(), valid_to="2026-06-01", certificate_standard="gb29490_2013")
    facts = claim.lines.get().facts
    inputs = Inputs(again(claim), on=DAY)
    inputs.lines[0].reading.values |= facts
    for on, expected in (
        (date(2025, 12, 31), []),
        (date(2026, 1, 1), ["standard"]),
        (DAY, ["standard"]),
        (date(2026, 6, 2), ["", "standard"]),
    ):
        inputs.on = on
        assert [found.words for found in find_certificates(inputs)] == expected


def test_lists_bar_by_the_newest_sheet_of_the_day_and_without_one_nothing_counts_as_passed():
    claim = submitted()
    number, uscc = patent_key(make_patent_no(1)), claim.applicant.uscc
    outcomes = run_checks(Inputs(again(claim), on=DAY), step=Step.FINAL).outcomes
    assert {outcomes[name]["outcome"] for name in ("abnormal", "dishonest", "company", "patent_validity")} == {
        "unchecked"
    }
    sheet(RegisterKind.ABNORMAL, {"key": number, "note": "第三批"}, as_of=date(2026, 4, 1), region=jiangsu())
    sheet(RegisterKind.DISHONESTY, {"key": uscc, "since": "2026-06-01", "until": "2027-06-01"})
    assert [severity for severity, _ in found_on(claim, "abnormal")] == ["blocking"]
    sheet(RegisterKind.ABNORMAL, {"key": patent_key(make_patent_no(9))}, as_of=date(2026, 6, 1))
    assert found_on(claim, "abnormal") == []
    assert found_on(claim, "abnormal", on=date(2026, 5, 31)) != []
    for on, is_found in (
        (date(2026, 5, 31), False),
        (DAY, True),
        (date(2027, 5, 31), True),
        (date(2027, 6, 1), False),
    ):
        assert bool(found_on(claim, "dishonest", on=on)) == is_found, on


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ({"state": "有效"}, []),
        ({"state": "有效", "ended_on": "2026-06-02"}, []),
        ({"state": "有效", "ended_on": "2026-06-01"}, ["patent_validity"]),
        ({"state": "未缴年费终止"}, ["patent_validity"]),
        ({"state": "有效", "holders": "江南大学"}, ["registered_holder"]),
        (None, ["registered_holder"]),
    ],
)
def test_register_of_patents_says_who_holds_a_right_and_whether_it_stands(row, codes):
    claim = submitted()
    own = {"key": patent_key(make_patent_no(1)), "holders": claim.applicant.name}
    sheet(RegisterKind.PATENTS, own | row if row else {"key": "0", "holders": "无", "state": "有效"})
    found = [code for code in ("patent_validity", "registered_holder") if found_on(claim, code)]
    assert found == codes


def test_annual_and_application_fees_are_compared_with_the_tariff():
    claim = submitted()
    for facts, words in (
        ({"application_fees": "3450.00"}, ""),
        ({"application_fees": "3450.01"}, "申请费填写 3,450.01 元，高于官方标准 3,450.00 元"),
    ):
        found = found_on(with_line(claim, **facts), "official_fees")
        assert words in found[0][1] if words else found == []
    fees = official_fees()
    years = [fees[f"invention:年费:{year}"][0]["yuan"] for year in (3, 4, 9, 10, 20)]
    assert years == ["900.00", "1200.00", "2000.00", "4000.00", "8000.00"]


@pytest.mark.parametrize(
    ("principal", "rate", "days", "fen"),
    [(500_000_000, "3.45", 92, 4_408_333), (500_000_000, "3.45", 0, 0), (100, "36", 5, 1), (100, "36", 4, 0)],
)
def test_interest_is_act_360_to_the_nearest_fen(principal, rate, days, fen):
    begins = date(2021, 1, 1)
    ends = date.fromordinal(begins.toordinal() + days)
    assert interest_fen(principal, Fraction(rate) / 100, begins=begins, ends=ends) == fen


def test_interest_above_what_the_loan_bears_within_the_period_is_noted():
    claim = submitted(item="wx2020-05-loan", lines=[loan_facts(rate="3.45%")])
    call = claim.call
    call.facts_from, call.facts_to = date(2021, 4, 1), date(2021, 7, 2)
    call.save()
    for amount, count in (("44083.33", 0), ("44083.34", 1)):
        paid = [{"paid_on": "2021-06-20", "amount": amount}]
        assert len(found_on(with_line(claim, interest_payments=paid), "interest")) == count


def test_sheets_are_read_by_their_headings_and_faults_named_by_cell():
    uscc = make_uscc(7)
    rows = [(1, ["2026 年名单"]), (3, ["序号", "专利号", "备注"]), (4, ["1", f"ZL{make_patent_no(1)}", "第一批"])]
    assert list(read_entries(RegisterKind.ABNORMAL, rows)) == [
        (patent_key(make_patent_no(1)), {"number": patent_key(make_patent_no(1)), "note": "第一批"})
    ]
    for kind, given, words in (
        (RegisterKind.ABNORMAL, [(1, ["名称"])], "须有这些列：专利号"),
        (RegisterKind.ABNORMAL, [(1, ["专利号"])], "没有任何内容"),
        (RegisterKind.ABNORMAL, [(1, ["专利号"]), (2, ["201710601862.4"])], "A2 专利号：.*校验位不符"),
        (RegisterKind.DISHONESTY, [(1, ["名称", "信用代码"]), (2, ["甲", ""])], "B2 统一社会信用代码没有填写"),
        (RegisterKind.DISHONESTY, [(1, ["信用代码", "列入日期"]), (2, [uscc, "昨天"])], "B2 列入日期"),
    ):
        with pytest.raises(RefusedError, match=words):
            list(read_entries(kind, given))


def test_provider_that_gives_no_answer_leaves_a_claim_unchecked(settings):
    settings.REGISTER_PROVIDER = "tests.review.checks.test_kinds.SilentRegister"
    outcomes = run_checks(Inputs(again(submitted()), on=DAY), step=Step.FINAL).outcomes
    assert outcomes["abnormal"] == {"version": 1, "outcome": "unchecked", "reason": "接口没有答复"}
    assert outcomes["first_holder"]["outcome"] == "passed"


class SilentRegister(SheetRegister):
    """A register that never answers."""

    def look_up_many(self, kind, keys, on):
        raise UncheckedError("接口没有答复")


def test_missing_papers_are_those_that_the_form_asks_and_no_declaration():
    claim = submitted()
    assert found_on(claim, "evidence") == []
    claim.evidence.all().delete()
    words = [words for _, words in found_on(claim, "evidence")]
    assert words
    assert all(each.startswith(("第 1 项缺少", "本件申报缺少")) for each in words)
    assert not any("承诺书" in each for each in words)


def test_groups_and_exclusions_of_a_sheet_hold_on_their_days_and_without_a_sheet_nobody_says_so():
    claim = submitted()
    claim.applicant.uscc = uscc = make_uscc(7)
    day = date(2026, 6, 1)
    assert (group_on(claim, day), listed_on(wuxi(), "高耗能产品", ["旧产品"], day)) == ("", None)
    sheet(RegisterKind.GROUPS, {"key": uscc, "group": "太湖集团", "since": "2026-06-01", "until": "2027-01-01"})
    for on, name in (
        (date(2026, 5, 31), ""),
        (day, "太湖集团"),
        (date(2026, 12, 31), "太湖集团"),
        (date(2027, 1, 1), ""),
    ):
        assert group_on(claim, on) == name
    sheet(RegisterKind.EXCLUDED, {"key": excluded_key("高耗能产品", "旧 产品"), "since": "2026-06-01"})
    assert listed_on(wuxi(), "高耗能产品", ["旧产品", "新产品"], day) == {"旧产品": True, "新产品": False}
    assert listed_on(wuxi(), "高耗能产品", ["旧产品"], date(2026, 5, 31)) == {"旧产品": False}
    rows = [(1, ["统一社会信用代码", "集团", "加入日期"]), (2, [uscc, "太湖集团", "2026年6月1日"])]
    assert list(read_entries(RegisterKind.GROUPS, rows)) == [
        (uscc, {"code": uscc, "group": "太湖集团", "since": "2026-06-01"})
    ]
    rows = [(1, ["清单名称", "产品名称"]), (2, ["高耗能产品", "旧产品"])]
    assert [key for key, _ in read_entries(RegisterKind.EXCLUDED, rows)] == ["高耗能产品:旧产品"]


def test_an_agency_that_acted_for_both_holders_of_a_right_is_named_and_one_that_acted_for_one_is_not():
    first, other = submitted(lines=[patent_facts(1)]), submitted(lines=[patent_facts(2)])
    agent = make_agent()
    for claim in (first, other):
        mandate = give_mandate(claim.applicant, agent)
        with transaction.atomic():
            ClaimEvent.objects.create(claim=claim, action=Action.SUBMIT, to_status=claim.status, mandate=mandate)
    assert found_on(first, "same_agency") == []
    other.lines.update(subject_key=first.lines.get().subject_key)
    ((severity, words),) = found_on(first, "same_agency")
    assert severity == "question"
    assert words.startswith(f"{mandate.agency.name}既为本申报代办")
