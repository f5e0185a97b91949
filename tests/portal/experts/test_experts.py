"""The pool of experts: taken in from a sheet, brought up to date, ended; and what expertise opens."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from portal.access import needs_second_factor
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.errors import RefusedError
from portal.core.sheet_reading import read_book
from portal.experts.models import Expert
from portal.experts.services import end_service, read_experts, take_in_experts
from portal.notifications.models import Outgoing
from tests.chain import altered_at_commit
from tests.factories import UserFactory, act, make_official, suzhou, wuxi

pytestmark = pytest.mark.django_db
HEAD = ["姓名", "邮箱", "工作单位", "领域", "曾任职或服务单位", "聘期自", "聘期至"]
GOOD = ["钱教授", "qian@example.org", "江南大学", "专利、财务", "某某科技；某某药业", "2026-01-01", "2099-12-31"]


def book(*rows):
    made = Workbook()
    for row in (HEAD, *rows):
        made.active.append(row)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def taken_in(keeper, *rows):
    found = read_experts(read_book(book(*rows)))
    take_in_experts(found, region=wuxi(), act=act(keeper))
    return found


def test_sheet_makes_accounts_says_faults_by_cell_and_changes_nothing_the_second_time():
    keeper = make_official(Role.POLICY_ADMIN, wuxi())
    UserFactory(email="taken@example.org", name="别人")
    faulty = [
        ["孙专家", "bad", "单位", "专利"],
        ["李专家", "taken@example.org", "单位", "专利"],
        ["周专家", "z@example.org", "", "专利", "", "2026-02-30"],
        ["吴专家", "w@example.org", "单位", "专利", "", "2026-02-01", "2026-01-01"],
    ]
    rows = taken_in(keeper, GOOD, *faulty)
    assert [row.outcome for row in rows] == ["建立账号并邀请，入库", "", "", "", ""]
    assert [row.faults[0].address for row in rows[1:]] == ["B3", "B4", "C5", "G6"]
    expert = Expert.objects.get()
    assert (expert.fields, expert.dealings) == (["专利", "财务"], ["某某科技", "某某药业"])
    assert Outgoing.objects.filter(to="qian@example.org").exists()
    (row,) = taken_in(keeper, GOOD)
    assert row.outcome == "已在库，不变"
    (row,) = taken_in(keeper, [*GOOD[:3], "法律", *GOOD[4:]])
    assert row.outcome == "更新资料"
    assert Expert.objects.get().fields == ["法律"]
    assert altered_at_commit() == []


def test_officials_are_no_experts_and_only_the_keeper_of_the_city_takes_in():
    officer = make_official(Role.FINANCE, wuxi(), name="钱教授", email="qian@example.org")
    (row,) = taken_in(make_official(Role.POLICY_ADMIN, wuxi()), GOOD)
    assert "担任公职" in row.faults[0].words
    for user in (officer, make_official(Role.POLICY_ADMIN, suzhou())):
        with pytest.raises(PermissionDenied):
            taken_in(user, GOOD)
    assert not Expert.objects.exists()


def test_a_serving_expert_needs_a_second_factor_and_is_no_expert_after_the_end(settings, client):
    settings.OFFICIALS_NEED_SECOND_FACTOR = True
    keeper = make_official(Role.POLICY_ADMIN, wuxi())
    taken_in(keeper, GOOD)
    expert = Expert.objects.get()
    user = User.objects.get(pk=expert.user_id)
    assert user.is_expert
    assert needs_second_factor(user)
    client.force_login(user)
    assert client.get(reverse("panels:mine")).url == reverse("mfa_activate_totp")
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    assert client.get(reverse("panels:mine")).status_code == 200
    with pytest.raises(RefusedError, match="出库原因"):
        end_service(expert, reason=" ", act=act(keeper))
    end_service(expert, reason="退休", act=act(keeper))
    assert client.get(reverse("panels:mine")).status_code == 403
    assert not User.objects.get(pk=user.pk).is_expert
    Expert.objects.update(ended_at=None, serves_until=timezone.localdate() - timedelta(days=1))
    assert not User.objects.get(pk=user.pk).is_expert


def test_keeper_looks_first_and_confirms_then(client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    client.force_login(make_official(Role.POLICY_ADMIN, wuxi()))
    file = BytesIO(book(GOOD))
    file.name = "专家.xlsx"
    page = client.post(reverse("experts:sheet"), {"region": "320200", "file": file})
    assert "可办理" in page.content.decode()
    assert not Expert.objects.exists()
    assert client.post(reverse("experts:sheet"), {"intent": "take_in"}).url == reverse("experts:list")
    html = client.get(reverse("experts:list"), {"q": "财务"}).content.decode()
    assert "钱教授" in html
    assert "没有符合的专家" in client.get(reverse("experts:list"), {"q": "化学"}).content.decode()
