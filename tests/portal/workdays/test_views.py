"""The administrator's calendar: set with a basis, on record, taken back; and the page where a year is missing."""

from datetime import date

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core.actor import ActorContext
from portal.workdays.enums import SpanKind
from portal.workdays.middleware import CalendarUnknownMiddleware
from portal.workdays.models import WorkdayOverride
from portal.workdays.selectors import LAST_YEAR, CalendarUnknownError, is_complete, is_workday
from portal.workdays.services import remove_workdays, set_workdays
from tests.factories import UserFactory, act, make_official, wuxi

pytestmark = pytest.mark.django_db
URL = "/workdays/"
SPAN = {"first": "2026-03-04", "last": "2026-03-05", "kind": "rest", "basis": "省政府办公厅通知"}


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture
def admin(client):
    user = make_official(Role.SYSTEM_ADMIN, wuxi())
    client.force_login(user)
    return user


def test_days_are_set_with_their_basis_and_on_record(client, admin):
    response = client.post(URL, SPAN, follow=True)
    assert "已登记 2 天" in response.content.decode()
    assert not is_workday(date(2026, 3, 4))
    assert not is_workday(date(2026, 3, 5))
    record = AuditRecord.objects.get()
    assert (record.action, record.actor) == ("workdays.set", admin)
    assert record.after["basis"] == SPAN["basis"]


def test_one_day_needs_no_last(client, admin):
    client.post(URL, SPAN | {"last": ""})
    assert WorkdayOverride.objects.get().day == date(2026, 3, 4)


def test_setting_a_day_again_replaces_what_was_set(client, admin):
    client.post(URL, SPAN)
    client.post(URL, SPAN | {"kind": "work", "basis": "更正通知"})
    override = WorkdayOverride.objects.get(day=date(2026, 3, 4))
    assert (override.is_workday, override.basis) == (True, "更正通知")
    assert WorkdayOverride.objects.count() == 2


def test_a_whole_year_is_set_by_the_week_and_then_its_holidays_over_it(client, admin):
    year = LAST_YEAR + 1
    basis = {"basis": "节假日安排的通知"}
    client.post(URL, {"first": f"{year}-01-01", "last": f"{year}-12-31", "kind": "weekdays"} | basis)
    assert is_complete(year)
    client.post(URL, {"first": f"{year}-10-01", "last": f"{year}-10-07", "kind": "rest"} | basis)
    assert not any(is_workday(date(year, 10, n)) for n in range(1, 8))
    assert "安排不完整" not in client.get(URL, {"year": year}).content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"last": "2026-03-01"}, "结束日期早于开始日期"),
        ({"last": "2028-03-01"}, "一次最多登记 366 天"),
        ({"basis": "  "}, "请填写这一项"),
        ({"first": ""}, "请填写这一项"),
        ({"first": "morgen"}, "“morgen”不是日期"),
        ({"kind": "party"}, "有效"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_set(client, admin, change, words):
    response = client.post(URL, SPAN | change)
    assert response.status_code == 400
    assert set(response.context["form"].errors) == {next(iter(change))}
    assert words in response.content.decode()
    assert not WorkdayOverride.objects.exists()
    assert not AuditRecord.objects.exists()


def test_what_was_set_is_taken_back_on_record(client, admin):
    client.post(URL, SPAN)
    response = client.post(reverse("workdays:remove"), {"first": SPAN["first"], "last": SPAN["last"]}, follow=True)
    assert "已取消 2 天" in response.content.decode()
    assert not WorkdayOverride.objects.exists()
    assert AuditRecord.objects.first().before["count"] == 2
    response = client.post(reverse("workdays:remove"), {"first": SPAN["first"], "last": SPAN["last"]}, follow=True)
    assert "无需取消" in response.content.decode()
    assert AuditRecord.objects.count() == 2


@pytest.mark.parametrize("data", [{}, {"first": "x", "last": "y"}])
def test_a_removal_without_sense_is_refused(client, admin, data):
    assert client.post(reverse("workdays:remove"), data).status_code == 400


def test_a_year_without_data_is_told_with_the_remedy(client, admin):
    assert "登记为“按星期”" in client.get(URL, {"year": LAST_YEAR + 1}).content.decode()


@pytest.mark.parametrize("year", ["x", "1", "99999", "1899", "²"])
def test_a_year_without_sense_is_refused(client, admin, year):
    assert client.get(URL, {"year": year}).status_code == 400


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM_ADMIN}))
def test_nobody_but_the_system_administrator_sets_days(client, role):
    client.force_login(make_official(role, wuxi()))
    assert client.get(URL).status_code == 403
    assert client.post(URL, SPAN).status_code == 403
    assert client.post(reverse("workdays:remove"), SPAN).status_code == 403
    assert not WorkdayOverride.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"last": date(2026, 3, 3)}, {"last": date(2027, 3, 5)}, {"basis": " "}], ids=["before", "long", "basis"]
)
def test_the_service_refuses_what_the_form_would(wrong):
    values = {"last": date(2026, 3, 4), "kind": SpanKind.REST, "basis": "通知", "act": act()} | wrong
    with pytest.raises(ValueError, match="basis|span"):
        set_workdays(date(2026, 3, 4), **values)
    assert not WorkdayOverride.objects.exists()


def test_removing_what_was_never_set_leaves_no_record():
    nobody = ActorContext(user=None, at=act().at)
    assert remove_workdays(date(2026, 3, 4), last=date(2026, 3, 5), act=nobody) == 0
    assert not AuditRecord.objects.exists()


def _answer_to(error, user):
    request = RequestFactory().post("/somewhere/")
    request.user = user
    return CalendarUnknownMiddleware(lambda _request: HttpResponse()).process_exception(request, error)


def test_a_missing_calendar_becomes_a_page_that_says_whom_to_ask():
    response = _answer_to(CalendarUnknownError(date(2031, 1, 2)), UserFactory())
    text = response.content.decode()
    assert response.status_code == 409
    assert "2031 年" in text
    assert "请联系系统管理员" in text
    text = _answer_to(CalendarUnknownError(date(2031, 1, 2)), make_official(Role.SYSTEM_ADMIN, wuxi())).content.decode()
    assert f'href="{URL}"' in text


def test_other_errors_are_left_alone():
    assert _answer_to(ValueError(), UserFactory()) is None
