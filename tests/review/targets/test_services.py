"""Values and progress are added by the right people, once, with their source; nothing is changed in place."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from policies.published.models import SupportItem
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from review.targets.enums import ProgressState, SourceKind, Standing
from review.targets.models import Measurement, ProgressEntry
from review.targets.programmes import read_board
from review.targets.services import adopt_platform_figure, correct_measurement, record_measurement
from tests.review.targets.worlds import acting, measured, progress, publish_targets, reading, standing

pytestmark = pytest.mark.django_db
NODES = "bh2024-t-nodes"


# ---- values ---------------------------------------------------------------------------------------
def test_a_value_is_kept_with_its_source_and_recorded(desk):
    row = measured(desk.district, NODES, "21", link="https://example.org/a")
    assert (row.value, row.year, row.source, row.entered_by) == (Decimal(21), 2026, "年度报告", desk.district)
    record = AuditRecord.objects.get(action="targets.measure")
    assert (record.actor, record.region_code) == (desk.district, "320211")
    assert record.after["figure"] == "21 家"


@pytest.mark.parametrize(
    ("who", "code", "allowed"),
    [
        ("district", NODES, True),
        ("city", NODES, True),
        ("policy", NODES, True),
        ("other_district", NODES, False),
        ("acceptance", NODES, False),
        ("finance", NODES, False),
        ("suzhou", NODES, False),
        ("suzhou", "sz2021-t-23-hvstock", True),
        ("city", "sz2021-t-23-hvstock", False),
        ("policy", "fj8-t-pct", True),
        ("city", "fj8-t-pct", False),
        ("suzhou", "fj8-t-pct", False),
    ],
)
def test_only_the_region_s_own_people_record(desk, who, code, allowed):
    year = 2026 if code == NODES else 2023
    entry = reading(5, year=year, on=f"{year}-01-31")
    if allowed:
        record_measurement(code, entry, key=uuid.uuid4(), act=acting(getattr(desk, who)))
        assert Measurement.objects.count() == 1
    else:
        with pytest.raises(PermissionDenied):
            record_measurement(code, entry, key=uuid.uuid4(), act=acting(getattr(desk, who)))
        assert not Measurement.objects.exists()


def test_a_double_click_is_one_value(desk):
    key = uuid.uuid4()
    rows = {record_measurement(NODES, reading(5), key=key, act=acting(desk.district)).pk for _ in range(2)}
    assert len(rows) == 1
    assert AuditRecord.objects.filter(action="targets.measure").count() == 1


@pytest.mark.parametrize(
    ("entry", "field", "words"),
    [
        (reading(5, year=2025), "year", "2026"),
        (reading(5, on="2023-12-31"), "measured_on", "2024-01-01 至 2026-12-31"),
        (reading(5, on="2027-01-01"), "measured_on", "期限内"),
        (reading(5, on="2026-11-22"), "measured_on", "不能晚于今天"),
        (reading(5, source=" "), "source", "写明来源"),
        (reading(None), "value", "实测值"),
        (reading(None, wording="全市"), "value", "实测值"),
    ],
)
def test_what_cannot_stand_is_refused_by_field(desk, entry, field, words):
    with pytest.raises(RefusedError, match=words) as refused:
        record_measurement(NODES, entry, key=uuid.uuid4(), act=acting(desk.district))
    assert refused.value.field == field
    assert not Measurement.objects.exists()


def test_the_first_and_the_last_day_belong_to_the_target(desk):
    measured(desk.district, NODES, 5, on="2024-01-01")
    entry = reading(6, on="2026-12-31")
    record_measurement(NODES, entry, key=uuid.uuid4(), act=acting(desk.district, on=date(2026, 12, 31)))
    assert Measurement.objects.count() == 2


def test_one_day_has_one_value(desk):
    measured(desk.district, NODES, 5)
    with pytest.raises(RefusedError, match="已经登记过") as refused:
        measured(desk.city, NODES, 6)
    assert refused.value.field == "measured_on"
    assert Measurement.objects.count() == 1


@pytest.mark.parametrize("code", ["bh2024-t-agency2", "wx2020-01-inv", "none"])
def test_what_is_no_target_of_its_own_takes_no_value(desk, code):
    with pytest.raises(RefusedError, match="没有这项目标"):
        record_measurement(code, reading(5), key=uuid.uuid4(), act=acting(desk.policy))


# ---- corrections ----------------------------------------------------------------------------------
def correct(row, entry, *, user, reason="录入有误", key=None):
    return correct_measurement(row.pk, entry, reason=reason, key=key or uuid.uuid4(), act=acting(user))


def test_a_correction_is_a_new_row_with_its_reason(desk):
    old = measured(desk.district, NODES, 31)
    new = correct(old, reading(29), user=desk.city)
    assert (new.replaces, new.reason) == (old, "录入有误")
    assert Measurement.objects.get(pk=old.pk).value == 31
    assert standing(NODES).figure == "29 家"
    record = AuditRecord.objects.get(action="targets.correct")
    assert (record.before["figure"], record.after["figure"]) == ("31 家", "29 家")


def test_a_value_of_another_target_is_made_void(desk):
    old = measured(desk.district, NODES, 31)
    assert correct(old, None, user=desk.district).is_void
    assert standing(NODES).figure == ""
    # The day is free again.
    measured(desk.district, NODES, 30)
    assert standing(NODES).figure == "30 家"


def test_a_correction_needs_a_reason(desk):
    old = measured(desk.district, NODES, 31)
    with pytest.raises(RefusedError) as refused:
        correct(old, reading(29), user=desk.district, reason=" ")
    assert refused.value.field == "reason"
    assert Measurement.objects.count() == 1


def test_a_value_is_corrected_once_and_the_correction_can_be_corrected(desk):
    old = measured(desk.district, NODES, 31)
    new = correct(old, reading(29), user=desk.district)
    with pytest.raises(RefusedError, match="已由他人更正"):
        correct(old, reading(28), user=desk.city)
    correct(new, reading(28), user=desk.city)
    assert standing(NODES).figure == "28 家"
    assert Measurement.objects.count() == 3


def test_a_double_click_is_one_correction(desk):
    old = measured(desk.district, NODES, 31)
    key = uuid.uuid4()
    assert correct(old, reading(29), user=desk.district, key=key) == correct(
        old, reading(29), user=desk.district, key=key
    )
    assert Measurement.objects.count() == 2


def test_a_correction_does_not_move_to_another_value_s_day(desk):
    measured(desk.district, NODES, 20, on="2025-12-31")
    row = measured(desk.district, NODES, 31)
    with pytest.raises(RefusedError, match="已经登记过"):
        correct(row, reading(29, on="2025-12-31"), user=desk.district)


def test_a_void_value_is_not_corrected(desk):
    void = correct(measured(desk.district, NODES, 31), None, user=desk.district)
    with pytest.raises(RefusedError, match="作废"):
        correct(void, reading(3), user=desk.district)


def test_strangers_to_the_region_correct_nothing(desk):
    old = measured(desk.district, NODES, 31)
    with pytest.raises(PermissionDenied):
        correct(old, reading(29), user=desk.other_district)
    assert Measurement.objects.count() == 1


def test_what_was_recorded_stays_as_it_was_written(desk):
    row = measured(desk.district, NODES, 31)
    entry = progress(desk.district, "bh2024-s-hub", ProgressState.UNDER_WAY)
    for rows, change in (
        (Measurement.objects.filter(pk=row.pk), {"value": 30}),
        (ProgressEntry.objects.filter(pk=entry.pk), {"note": "别的"}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()


def test_the_database_refuses_a_value_that_is_none_and_a_correction_without_a_reason(desk):
    row = measured(desk.district, NODES, 31)
    given = {
        "item": SupportItem.objects.get(code=NODES),
        "year": 2026,
        "measured_on": date(2026, 1, 31),
        "source_kind": SourceKind.WEB,
        "source": "网页",
        "entered_by": desk.district,
    }
    for wrong in ({}, {"value": 3, "wording": "全市"}, {"value": 3, "replaces": row}, {"value": 3, "source": ""}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Measurement.objects.create(**{**given, **wrong})


# ---- the portal's own data ------------------------------------------------------------------------
def test_where_the_portal_counts_nothing_there_is_nothing_to_adopt(desk):
    for code in (NODES, "bh2024-t-agency", "fj8-t-pct", "none"):
        with pytest.raises(RefusedError, match="没有这项目标的数据"):
            adopt_platform_figure(code, year=2026, key=uuid.uuid4(), act=acting(desk.policy))
    assert not Measurement.objects.exists()


# ---- progress -------------------------------------------------------------------------------------
def stands(rule: str, desk, *, year: int | None = None, on: date = date(2026, 11, 21)) -> Standing:
    document = SupportItem.objects.get(code=NODES).document
    tasks = {(task.duty.row.id, task.year): task for task in read_board(document, on=on).tasks}
    return tasks[rule, year].standing


def test_progress_is_reported_and_recorded(desk):
    progress(desk.district, "bh2024-s-hub", ProgressState.UNDER_WAY)
    assert stands("bh2024-s-hub", desk) == Standing.UNDER_WAY
    assert AuditRecord.objects.get(action="targets.report").after["state"] == "进行中"


@pytest.mark.parametrize("who", ["other_district", "acceptance", "finance", "suzhou"])
def test_nobody_else_reports_progress(desk, who):
    with pytest.raises(PermissionDenied):
        progress(getattr(desk, who), "bh2024-s-hub", ProgressState.UNDER_WAY)
    assert not ProgressEntry.objects.exists()


def test_a_page_that_is_out_of_date_reports_nothing(desk):
    first = progress(desk.district, "bh2024-s-hub", ProgressState.UNDER_WAY)
    with pytest.raises(RefusedError, match="他人已登记"):
        progress(desk.city, "bh2024-s-hub", ProgressState.DONE)
    progress(desk.city, "bh2024-s-hub", ProgressState.DONE, seen=first.pk)
    assert ProgressEntry.objects.count() == 2


def test_a_double_click_is_one_report(desk):
    key = uuid.uuid4()
    first = progress(desk.district, "bh2024-s-hub", ProgressState.UNDER_WAY, key=key)
    assert progress(desk.district, "bh2024-s-hub", ProgressState.UNDER_WAY, key=key) == first
    assert ProgressEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("rule", "given", "field", "words"),
    [
        ("bh2024-s-hub", {"state": ProgressState.DONE, "source": ""}, "source", "依据"),
        ("bh2024-s-hub", {"note": " "}, "note", "做了什么"),
        ("bh2024-s-hub", {"on": date(2026, 11, 22)}, "on", "今天"),
        ("bh2024-r-perf", {"state": ProgressState.DONE}, "state", "持续开展"),
        ("bh2024-r-yearplan", {"year": None}, "", "这个年度"),
        ("bh2024-r-yearplan", {"year": 2027}, "", "这个年度"),
        ("bh2024-s-hub", {"year": 2025}, "", "这个年度"),
        ("bh2024-r-issue", {}, "", "没有这项任务"),
    ],
)
def test_progress_that_cannot_stand_is_refused(desk, rule, given, field, words):
    given = {"state": ProgressState.UNDER_WAY, **given}
    with pytest.raises(RefusedError, match=words) as refused:
        progress(desk.district, rule, given.pop("state"), **given)
    assert refused.value.field == field
    assert not ProgressEntry.objects.exists()


@pytest.mark.parametrize(
    ("rule", "year", "on", "standing_"),
    [
        ("bh2024-r-phase3", None, date(2026, 6, 30), Standing.AHEAD),
        ("bh2024-r-phase3", None, date(2026, 7, 1), Standing.UNDER_WAY),
        ("bh2024-r-phase3", None, date(2026, 12, 31), Standing.UNDER_WAY),
        ("bh2024-r-phase3", None, date(2027, 1, 1), Standing.LATE),
        ("bh2024-s-hub", None, date(2026, 12, 31), Standing.NOT_BEGUN),
        ("bh2024-s-hub", None, date(2027, 1, 1), Standing.LATE),
        ("bh2024-r-yearplan", 2026, date(2025, 12, 31), Standing.AHEAD),
        ("bh2024-r-yearplan", 2026, date(2026, 1, 1), Standing.NOT_BEGUN),
        ("bh2024-r-yearplan", 2025, date(2025, 12, 31), Standing.NOT_BEGUN),
        ("bh2024-r-yearplan", 2025, date(2026, 1, 1), Standing.LATE),
        ("bh2024-r-perf", None, date(2027, 1, 1), Standing.LATE),
    ],
)
def test_what_nobody_reported_stands_by_its_days(desk, rule, year, on, standing_):
    assert stands(rule, desk, year=year, on=on) == standing_


def test_what_has_no_end_is_never_late():
    publish_targets("fj8-t-pct")
    board = read_board(SupportItem.objects.get(code="fj8-t-pct").document, on=date(2040, 1, 1))
    assert {(task.standing, task.due_on) for task in board.tasks} == {(Standing.NOT_BEGUN, None)}
    assert (board.phases, board.chart) == ((), None)


def test_late_is_what_is_not_done_and_a_standing_duty_that_goes_on_is_not(desk):
    progress(desk.district, "bh2024-s-hub", ProgressState.UNDER_WAY)
    progress(desk.district, "bh2024-s-window", ProgressState.DONE)
    progress(desk.district, "bh2024-r-perf", ProgressState.UNDER_WAY)
    later = date(2027, 6, 1)
    assert stands("bh2024-s-hub", desk, on=later) == Standing.LATE
    assert stands("bh2024-s-window", desk, on=later) == Standing.DONE
    assert stands("bh2024-r-perf", desk, on=later) == Standing.UNDER_WAY


def test_a_board_is_two_queries_however_much_was_reported(desk, django_assert_num_queries):
    document = SupportItem.objects.get(code=NODES).document
    last = progress(desk.district, "bh2024-s-hub", ProgressState.UNDER_WAY)
    with django_assert_num_queries(2):
        board = read_board(document, on=date(2026, 11, 21))
    assert (len(board.phases), len(board.tasks)) == (3, 19)
    for _ in range(2):
        last = progress(desk.district, "bh2024-s-hub", ProgressState.UNDER_WAY, seen=last.pk)
    with django_assert_num_queries(2):
        read_board(document, on=date(2026, 11, 21))
