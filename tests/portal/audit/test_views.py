"""The auditors' pages."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.audit import selectors
from portal.audit.models import AuditRecord
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from tests.factories import ClaimFactory, act, make_member, make_official, suzhou, wuxi

pytestmark = pytest.mark.django_db
URL = "/audit/"


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture
def auditor():
    return make_official(Role.AUDITOR, wuxi())


@pytest.fixture
def read(client, auditor):
    client.force_login(auditor)
    return lambda **query: client.get(URL, query).content.decode()


def _record(**values):
    values = {"action": "jobs.retry", "target": wuxi()} | values
    who = values.pop("act", act())
    return record_audit(who, **values)


def test_an_auditor_reads_the_record_in_words(read):
    claim = ClaimFactory()
    _record(action="claim.submit", target=claim, region_code="320211", act=act(claim.created_by))
    text = read()
    assert "提交" in text
    assert claim.number in text
    assert claim.created_by.name in text
    assert "无锡市滨湖区" in text


def test_an_empty_record_says_what_will_be_here(read):
    assert "还没有审计记录" in read()


def test_a_filter_without_result_offers_a_way_back(read):
    _record()
    text = read(person="没有这个人")
    assert "没有符合条件的记录" in text
    assert "查看全部" in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"person": "张"}, {"甲"}),
        ({"person": "ZHANG@example.org"}, {"甲"}),
        ({"action": "jobs.retry"}, {"乙"}),
        ({"action": "claim."}, {"甲"}),
        ({"target": "甲"}, {"甲"}),
        ({"region": "320211"}, {"甲"}),
        ({"region": "320200"}, {"甲"}),
        ({"object_type": "accounts.region", "object_id": "999999"}, set()),
        ({}, {"甲", "乙"}),
    ],
)
def test_a_filter_narrows(read, query, shown):
    person = make_member(name="张三", email="zhang@example.org")
    for label, values in {
        "甲": {"action": "claim.submit", "region_code": "320211", "act": act(person)},
        "乙": {"action": "jobs.retry"},
    }.items():
        region = wuxi()
        region.name = f"对象{label}"
        _record(target=region, **values)
    text = read(**query)
    assert {label for label in "甲乙" if f"对象{label}<" in text} == shown


def test_days_are_included_at_both_ends(read):
    now = timezone.now()
    for days in (0, 1, 2):
        _record(act=ActorContext(user=None, at=now - timedelta(days=days)))
    yesterday = timezone.localdate(now - timedelta(days=1)).isoformat()
    text = read(since=yesterday, until=yesterday)
    assert 'href="/audit/2/"' in text
    assert 'href="/audit/1/"' not in text
    assert 'href="/audit/3/"' not in text


def test_days_in_the_wrong_order_are_named_with_the_remedy(read):
    assert "请改正其中一个" in read(since="2026-03-02", until="2026-03-01")


def test_pages_follow_each_other_without_gap_or_repetition(client, auditor, monkeypatch):
    monkeypatch.setattr(selectors, "PAGE_SIZE", 4)
    for _ in range(10):
        _record()
    client.force_login(auditor)
    seen, after = [], ""
    while True:
        context = client.get(URL, {"after": after}).context
        seen += [row["record"].sequence for row in context["rows"]]
        after = context["page"].next_cursor
        if not after:
            break
    assert seen == list(range(10, 0, -1))


@pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "²"])
def test_a_cursor_without_sense_begins_at_the_first_page(read, after):
    _record()
    assert 'href="/audit/1/"' in read(after=after)


def test_a_page_asks_the_same_number_of_queries_for_one_row_and_for_three(client, auditor):
    client.force_login(auditor)
    client.get(URL)
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            _record(region_code="320211")
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_another_citys_records_are_neither_listed_nor_opened_nor_exported(client):
    record = _record(region_code="320211")
    _record(region_code="320500", target=suzhou())
    client.force_login(make_official(Role.AUDITOR, suzhou()))
    assert [row["record"].region_code for row in client.get(URL).context["rows"]] == ["320500"]
    assert client.get(reverse("audit:record", args=[record.sequence])).status_code == 404
    response = client.post(reverse("audit:export"))
    book = openpyxl.load_workbook(io.BytesIO(response.getvalue()))
    assert [row[7].value for row in book["审计记录"].iter_rows(min_row=2)] == ["320500"]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUDITOR}))
def test_nobody_but_auditors_reads_or_exports(client, role):
    _record()
    client.force_login(make_official(role, wuxi()))
    for url in (URL, reverse("audit:record", args=[1])):
        assert client.get(url).status_code == 403
    assert client.post(reverse("audit:export")).status_code == 403
    assert AuditRecord.objects.count() == 1


def test_a_record_shows_its_difference_its_chain_and_the_way_to_the_objects_history(client, auditor):
    claim = ClaimFactory()
    before = _record()
    record = _record(
        action="claim.accept", target=claim, before={"status": "submitted"}, after={"status": "district_review"}
    )
    client.force_login(auditor)
    response = client.get(reverse("audit:record", args=[record.sequence]))
    text = response.content.decode()
    for words in ("待受理", "待区级初审", record.hash, before.hash):
        assert words in text
    history = client.get(URL, {"object_type": "applications.claim", "object_id": str(claim.pk)})
    assert [row["record"].pk for row in history.context["rows"]] == [record.pk]
    assert f"?object_type=applications.claim&amp;object_id={claim.pk}" in text


def test_text_of_people_is_escaped(client, auditor):
    region = wuxi()
    region.name = "<script>alert(1)</script>"
    record = _record(target=region, after={"name": "<b>x</b>"})
    client.force_login(auditor)
    for url in (URL, reverse("audit:record", args=[record.sequence])):
        text = client.get(url).content.decode()
        assert "<script>alert" not in text
        assert "<b>x" not in text


def test_an_export_comes_as_a_file_and_keeps_to_the_filter(client, auditor):
    _record()
    _record(action="claim.submit")
    client.force_login(auditor)
    response = client.post(reverse("audit:export"), {"action": "claim.submit"})
    assert response["Content-Type"].startswith("application/vnd.openxmlformats")
    assert openpyxl.load_workbook(io.BytesIO(response.getvalue()))["审计记录"].max_row == 2


def test_an_export_with_a_wrong_filter_exports_nothing_and_says_so(client, auditor):
    client.force_login(auditor)
    response = client.post(reverse("audit:export"), {"since": "gestern"}, follow=True)
    assert "没有导出" in response.content.decode()
    assert not AuditRecord.objects.filter(action="audit.export").exists()
