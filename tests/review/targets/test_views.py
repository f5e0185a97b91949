"""The pages: everybody reads, the region's people enter, and what they typed is not lost."""

import uuid
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from review.targets.enums import ProgressState
from review.targets.models import Measurement, ProgressEntry
from tests.review.targets.worlds import measured, progress, reading

pytestmark = pytest.mark.django_db
NODES = "bh2024-t-nodes"


def page(client: Client, name: str, *arguments: object, query: str = "") -> str:
    response = client.get(reverse(f"targets:{name}", args=arguments) + query)
    assert response.status_code == 200
    return response.content.decode()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def entry(**changed: object) -> dict[str, object]:
    return {
        "year": 2026,
        "value": "21",
        "measured_on": "2026-06-30",
        "source_kind": "document",
        "source": "网点名单",
        "key": uuid.uuid4(),
        **changed,
    }


# ---- reading --------------------------------------------------------------------------------------
def test_a_stranger_reads_every_page(desk, client):
    measured(desk.district, NODES, "21", link="https://example.org/list")
    progress(desk.district, "bh2024-s-hub", ProgressState.UNDER_WAY, note="平台在试运行")
    assert "5 项目标" in page(client, "index")
    board = page(client, "dashboard", "bh2024")
    assert "21 家" in board
    assert "还差 9 家" in board
    assert "推进中" in board
    assert 'role="img"' in board
    target = page(client, "target", NODES)
    assert "不低于 30 家" in target
    assert 'href="https://example.org/list"' in target
    plan = page(client, "programme", "bh2024")
    assert 'id="bh2024-r-phase2"' in plan
    assert "平台在试运行" in plan
    for text in (board, target, plan):
        assert "登记实测值" not in text
        assert "登记进展" not in text
        assert desk.district.name not in text


def test_nothing_measured_and_nothing_published_say_so(desk, client):
    assert "还没有登记过实测值" in page(client, "target", NODES)
    assert "平台的申报数据里没有" in page(client, "target", NODES)
    assert "没有写明适用地区" in page(client, "target", "fj8-t-pct")


def test_no_targets_at_all_say_so(client, db):
    assert "还没有定下目标的文件" in page(client, "index")


def test_what_is_no_target_and_no_plan_is_not_found(desk, client):
    for name, code in (("target", "none"), ("dashboard", "lyg"), ("programme", "sz2021"), ("dashboard_export", "no")):
        assert client.get(reverse(f"targets:{name}", args=[code])).status_code == 404


def test_a_target_that_is_said_twice_leads_to_its_first(desk, client):
    measured(desk.district, "bh2024-t-agency", 87)
    text = page(client, "target", "bh2024-t-agency2")
    assert reverse("targets:target", args=["bh2024-t-agency"]) in text
    assert "87 家" in text
    answer = signed_in(desk.district).get(reverse("targets:measure", args=["bh2024-t-agency2"]))
    assert answer["Location"] == reverse("targets:measure", args=["bh2024-t-agency"])


def test_a_corrected_value_stays_in_the_history(desk, client):
    old = measured(desk.district, NODES, 31)
    data = entry(value="29", measured_on=old.measured_on, reason="重复计数")
    answer = signed_in(desk.district).post(reverse("targets:correct", args=[old.key]), data)
    assert answer.status_code == 302
    text = page(client, "target", NODES)
    assert "<del>31 家</del>" in text
    assert "更正原因：重复计数" in text


def test_the_history_is_paged(desk, client):
    for month in range(1, 10):
        for day in (1, 15, 28):
            measured(desk.district, NODES, day, on=f"2026-{month:02d}-{day:02d}")
    first = page(client, "target", NODES)
    assert first.count("measurement-") == 20
    last = Measurement.objects.order_by("-pk")[19].pk
    assert f"after={last}" in first
    assert page(client, "target", NODES, query=f"?after={last}").count("measurement-") == 7


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_no_more_for_more(desk, client, count, django_assert_num_queries):
    last = 0
    for number in range(count):
        measured(desk.district, NODES, number + 1, on=f"2026-0{number + 1}-01")
        last = progress(desk.district, "bh2024-s-hub", ProgressState.UNDER_WAY, seen=last).pk
    page(client, "index")
    # Documents, versions, measurements, register, plans.
    with django_assert_num_queries(5):
        page(client, "index")
    # Document, versions, measurements, one for each source (agencies and platforms, each said twice), register.
    with django_assert_num_queries(6):
        page(client, "dashboard", "bh2024")
    # Version, measurements, history.
    with django_assert_num_queries(3):
        page(client, "target", NODES)
    # Document, register, progress, whether it has targets.
    with django_assert_num_queries(4):
        page(client, "programme", "bh2024")


def test_a_dashboard_is_exported_as_a_sheet(desk, client):
    measured(desk.suzhou, "sz2021-t-23-satis", "0.8712", year=2023, on="2023-12-31", source="=cmd|调查")
    answer = client.get(reverse("targets:dashboard_export", args=["sz2021"]))
    assert "sz2021" in answer["Content-Disposition"]
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows(min_row=4, values_only=True))
    # Nine targets, of which one is due in each of three years; nothing is added up.
    assert len(rows) == 12
    row = next(row for row in rows if row[0] == "保护社会满意度")
    assert row[2:4] == (2023, "不低于 86%")
    assert row[4:6] == ("87.12%", 0.8712)
    assert (row[8], row[12]) == ("已达成", "=cmd|调查")


# ---- entering -------------------------------------------------------------------------------------
def test_a_value_is_entered_as_people_write_it(desk):
    client = signed_in(desk.suzhou)
    data = entry(value="51.2 亿元", year=2023, measured_on="2023-12-31")
    answer = client.post(reverse("targets:measure", args=["sz2021-t-23-pledge"]), data, follow=True)
    assert "51.2 亿元" in answer.content.decode()
    assert Measurement.objects.get().value == 5_120_000_000


def test_a_fault_is_shown_at_its_field_and_nothing_typed_is_lost(desk):
    client = signed_in(desk.district)
    answer = client.post(reverse("targets:measure", args=[NODES]), entry(value="很多", source="某文件"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "不是数值" in text
    assert 'value="某文件"' in text
    assert 'value="很多"' in text
    answer = client.post(reverse("targets:measure", args=[NODES]), entry(measured_on="2023-01-01"))
    assert "2024-01-01 至 2026-12-31" in answer.content.decode()
    answer = client.post(reverse("targets:measure", args=[NODES]), entry(link="javascript:alert(1)"))
    assert answer.status_code == 422
    assert not Measurement.objects.exists()


def test_a_bent_page_says_what_to_do(desk):
    client = signed_in(desk.district)
    answer = client.post(reverse("targets:measure", args=[NODES]), entry(year=1999, key="x"))
    assert answer.status_code == 422
    assert "请刷新本页后重新填写" in answer.content.decode()
    report = reverse("targets:report", args=["bh2024", "bh2024-s-hub"])
    answer = client.post(report, {"state": "under_way", "note": "写的", "on": "2026-01-01", "seen": "x", "key": ""})
    assert answer.status_code == 422
    assert "请刷新本页后重新填写" in answer.content.decode()
    assert not Measurement.objects.exists()


def test_a_target_in_words_is_chosen_from_words(desk):
    client = signed_in(desk.suzhou)
    data = entry(year=2022, measured_on="2022-12-31", wording="全市")
    del data["value"]
    client.post(reverse("targets:measure", args=["sz2021-t-22-pledgecover"]), data)
    assert Measurement.objects.get().wording == "全市"


def test_a_yearly_target_asks_for_the_year(desk):
    client = signed_in(desk.suzhou)
    url = reverse("targets:measure", args=["sz2021-27-t-train"])
    assert '<option value="2022">2022 年</option>' in client.get(url).content.decode()
    client.post(url, entry(value="1200", year=2022, measured_on="2022-12-31"))
    assert Measurement.objects.get().year == 2022


def test_a_correction_begins_with_what_was_entered(desk):
    row = measured(desk.suzhou, "sz2021-t-23-pledge", "5120000000", year=2023, on="2023-12-31")
    client = signed_in(desk.suzhou)
    url = reverse("targets:correct", args=[row.key])
    assert 'value="51.2 亿元"' in client.get(url).content.decode()
    answer = client.post(url, {"is_void": "on", "reason": "登记错了目标", "key": uuid.uuid4()})
    assert answer.status_code == 302
    assert Measurement.objects.get(replaces=row).is_void
    answer = client.post(url, entry(value="5", year=2023, measured_on="2023-12-31", reason="再改"))
    assert "已由他人更正" in answer.content.decode()


def test_officials_see_their_buttons_and_only_theirs(desk):
    measured(desk.district, NODES, 21)
    own = page(signed_in(desk.district), "target", NODES)
    assert reverse("targets:measure", args=[NODES]) in own
    assert "更正" in own
    assert desk.district.name in own
    other = page(signed_in(desk.other_district), "target", NODES)
    assert reverse("targets:measure", args=[NODES]) not in other


def test_what_the_portal_counts_is_adopted_at_one_click_or_refused_in_words(desk):
    client = signed_in(desk.district)
    url = reverse("targets:adopt", args=["bh2024-t-agency", 2026])
    answer = client.post(url, {"key": "no key"}, follow=True)
    assert "平台还没有这项目标的数据" in answer.content.decode()
    assert client.get(url).status_code == 405


def test_progress_is_reported_for_the_year_asked_for(desk):
    client = signed_in(desk.district)
    url = reverse("targets:report", args=["bh2024", "bh2024-r-yearplan"])
    assert client.get(url).status_code == 404
    assert client.get(f"{url}?year=2027").status_code == 404
    data = {"state": "done", "note": "方案已印发", "source": "", "on": "2026-01-20", "seen": 0, "key": uuid.uuid4()}
    answer = client.post(f"{url}?year=2025", data)
    assert answer.status_code == 422
    assert "须写明依据" in answer.content.decode()
    assert "方案已印发" in answer.content.decode()
    answer = client.post(f"{url}?year=2025", data | {"source": "工作方案"})
    assert answer["Location"] == reverse("targets:programme", args=["bh2024"]) + "#bh2024-r-yearplan"
    assert ProgressEntry.objects.get().year == 2025


def test_the_board_shows_the_last_reports_and_leads_to_all(desk, client):
    last = 0
    for number in range(1, 26):
        last = progress(desk.district, "bh2024-s-hub", ProgressState.UNDER_WAY, seen=last, note=f"第{number}次报告").pk
    board = page(client, "programme", "bh2024")
    assert [number for number in (21, 22, 23, 24, 25) if f"第{number}次报告" in board] == [23, 24, 25]
    assert "全部 25 次登记" in board
    first = page(client, "progress", "bh2024", "bh2024-s-hub")
    assert (first.count("次报告"), "第6次报告" in first, desk.district.name in first) == (20, True, False)
    cursor = ProgressEntry.objects.order_by("-pk")[19].pk
    assert f"after={cursor}" in first
    rest = page(client, "progress", "bh2024", "bh2024-s-hub", query=f"?after={cursor}")
    assert rest.count("次报告") == 5


def test_nothing_reported_says_so_and_years_that_are_none_are_not_found(desk, client):
    assert "还没有登记过进展" in page(client, "progress", "bh2024", "bh2024-r-yearplan", query="?year=2024")
    for query in ("", "?year=2023", "?year=abc"):
        url = reverse("targets:progress", args=["bh2024", "bh2024-r-yearplan"])
        assert client.get(url + query).status_code == 404


def test_a_standing_duty_cannot_be_finished(desk):
    text = page(signed_in(desk.district), "report", "bh2024", "bh2024-r-perf")
    assert '<option value="done"' not in text


def test_a_page_out_of_date_keeps_what_was_typed(desk):
    client = signed_in(desk.district)
    url = reverse("targets:report", args=["bh2024", "bh2024-s-hub"])
    progress(desk.city, "bh2024-s-hub", ProgressState.UNDER_WAY)
    data = {"state": "under_way", "note": "我写的情况", "on": date(2026, 1, 20), "seen": 0, "key": uuid.uuid4()}
    answer = client.post(url, data)
    assert "他人已登记新的进展" in answer.content.decode()
    assert "我写的情况" in answer.content.decode()
    assert ProgressEntry.objects.count() == 1


def test_the_same_page_sent_twice_is_one_value(desk):
    client, data = signed_in(desk.district), entry()
    for _ in range(2):
        assert client.post(reverse("targets:measure", args=[NODES]), data).status_code == 302
    assert Measurement.objects.count() == 1
    assert reading(21).value == Measurement.objects.get().value
