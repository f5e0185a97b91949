"""Met or missed is the engine's answer at each boundary; only the day decides what a miss means."""

from datetime import date
from decimal import Decimal

import pytest

from policies.published.models import PolicyDocument
from review.targets.enums import Verdict
from review.targets.selectors import read_dashboard, read_dashboards, target_documents
from tests.review.targets.worlds import TODAY, measured, publish_targets, standing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "value", "on", "comes_to"),
    [
        # 不低于: the bound itself is met.
        ("sz2021-t-21-hvnew", "3999", "2021-12-31", (Verdict.MISSED, "还差 1 件")),
        ("sz2021-t-21-hvnew", "4000", "2021-12-31", (Verdict.MET, "正好达到")),
        ("sz2021-t-21-hvnew", "4001", "2021-12-31", (Verdict.MET, "超出 1 件")),
        # 超过: the bound itself is missed.
        ("sz2021-t-21-agencies", "1000", "2021-12-31", (Verdict.MISSED, "已持平，须超过")),
        ("sz2021-t-21-agencies", "1001", "2021-12-31", (Verdict.MET, "超出 1 家")),
        ("sz2021-t-23-pledge", "5000000000", "2023-12-31", (Verdict.MISSED, "已持平，须超过")),
        ("sz2021-t-23-pledge", "5000000000.01", "2023-12-31", (Verdict.MET, "超出 0.01 元")),
        # A range is met from its lower end on.
        ("sz2021-t-21-branches", "1", "2021-12-31", (Verdict.MISSED, "还差 1 家")),
        ("sz2021-t-21-branches", "2", "2021-12-31", (Verdict.MET, "正好达到")),
        ("sz2021-t-21-branches", "4", "2021-12-31", (Verdict.MET, "超出 2 家")),
        # Shares and decimals.
        ("sz2021-t-21-per10k", "23.4999", "2021-12-31", (Verdict.MISSED, "还差 0.0001 件/万人")),
        ("sz2021-t-23-satis", "0.86", "2023-12-31", (Verdict.MET, "正好达到")),
        ("sz2021-t-23-satis", "0.8599", "2023-12-31", (Verdict.MISSED, "还差 0.01%")),
    ],
)
def test_a_value_at_the_bound(desk, code, value, on, comes_to):
    measured(desk.suzhou, code, value, year=int(on[:4]), on=on)
    found = standing(code)
    assert (found.verdict, found.gap) == comes_to
    assert ("已达成" in found.sentence) == (found.verdict == Verdict.MET)


@pytest.mark.parametrize(("word", "verdict"), [("全市", Verdict.MET), ("尚未达到", Verdict.MISSED)])
def test_a_target_in_words(desk, word, verdict):
    measured(desk.suzhou, "sz2021-t-22-pledgecover", None, wording=word, year=2022, on="2022-12-31")
    found = standing("sz2021-t-22-pledgecover")
    assert (found.verdict, found.gap, found.percent, found.figure) == (verdict, "", None, word)


@pytest.mark.parametrize(("on", "verdict"), [(date(2026, 12, 31), Verdict.OPEN), (date(2027, 1, 1), Verdict.MISSED)])
def test_a_miss_counts_only_after_the_last_day(desk, on, verdict):
    measured(desk.district, "bh2024-t-nodes", 29)
    found = standing("bh2024-t-nodes", on=on)
    assert (found.verdict, found.percent) == (verdict, Decimal("96.6"))


def test_what_is_met_is_met_before_the_last_day(desk):
    measured(desk.district, "bh2024-t-nodes", 30)
    assert standing("bh2024-t-nodes").verdict == Verdict.MET


def test_a_part_can_meet_a_target_and_not_miss_it(desk):
    measured(desk.suzhou, "sz2021-t-21-highend", 4, year=2021, on="2021-12-31", is_lower_bound=True)
    found = standing("sz2021-t-21-highend")
    assert (found.verdict, found.figure) == (Verdict.UNDECIDED, "至少 4 家")
    measured(desk.suzhou, "sz2021-t-21-branches", 2, year=2021, on="2021-12-31", is_lower_bound=True)
    assert standing("sz2021-t-21-branches").verdict == Verdict.MET


def test_the_latest_value_counts(desk):
    measured(desk.district, "bh2024-t-agency", 87, on="2025-12-31")
    measured(desk.district, "bh2024-t-agency", 58, on="2024-12-31")
    assert standing("bh2024-t-agency").figure == "87 家"


def test_a_part_counted_later_says_nothing_against_a_whole_unless_it_is_more(desk):
    measured(desk.district, "bh2024-t-agency", 87, on="2025-12-31")
    measured(desk.district, "bh2024-t-agency", 12, on="2026-05-31", is_lower_bound=True)
    assert standing("bh2024-t-agency").figure == "87 家"
    measured(desk.district, "bh2024-t-agency", 90, on="2026-06-30", is_lower_bound=True)
    assert standing("bh2024-t-agency").figure == "至少 90 家"


def test_what_the_plan_says_twice_shares_its_value(desk):
    measured(desk.district, "bh2024-t-platform", 10)
    assert standing("bh2024-t-platform2").verdict == Verdict.MET
    assert standing("bh2024-t-platform2").figure == "10 家"


def test_a_yearly_target_stands_by_year(desk):
    measured(desk.suzhou, "sz2021-27-t-train", 1000, year=2022, on="2022-12-31")
    assert standing("sz2021-27-t-train", year=2021).verdict == Verdict.UNMEASURED
    assert standing("sz2021-27-t-train", year=2022).verdict == Verdict.MET
    assert standing("sz2021-27-t-train", year=2023).verdict == Verdict.UNMEASURED


# ---- dashboards -----------------------------------------------------------------------------------
def test_each_document_shows_all_its_targets_by_year(db):
    publish_targets()
    boards = {board.document.code: board for board in read_dashboards(target_documents(), on=TODAY)}
    assert {code: (board.targets, board.years) for code, board in boards.items()} == {
        "sz2021": (36, (2021, 2022, 2023)),
        "bh2024": (13, (2026,)),
        "fj8": (11, (2023,)),
    }
    assert boards["bh2024"].counts == {"met": 0, "open": 0, "missed": 0, "undecided": 0, "unmeasured": 13}
    per10k = next(row for row in boards["sz2021"].rows if row.title == "万人高价值发明专利")
    assert [cell.goal.target for cell in per10k.cells] == [Decimal("23.5"), Decimal("26.6"), Decimal(30)]
    assert per10k.article == "第二部分主要目标"


def test_a_dashboard_reads_two_queries_however_much_was_measured(desk, django_assert_num_queries):
    document = PolicyDocument.objects.select_related("region").get(code="bh2024")
    measured(desk.district, "bh2024-t-nodes", 3)
    with django_assert_num_queries(2):
        read_dashboard(document, on=TODAY)
    measured(desk.district, "bh2024-t-agency", 3)
    measured(desk.district, "bh2024-t-agency", 5, on="2026-08-31")
    with django_assert_num_queries(2):
        read_dashboard(document, on=TODAY)


def test_nothing_published_is_nothing_to_show(db):
    assert read_dashboards(target_documents(), on=TODAY) == []
