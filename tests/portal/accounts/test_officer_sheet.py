"""Officials appointed from a sheet: faults by cell, nothing twice, each waiting for the security administrator."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from portal.accounts.enums import Role
from portal.accounts.jobs import end_offices
from portal.accounts.models import Appointment, User
from portal.accounts.services.officials import appoint_official, confirm_appointment
from portal.core.errors import RefusedError
from portal.notifications.models import Outgoing
from tests.factories import UserFactory, act, binhu, make_official, make_resident_id, wuxi

pytestmark = pytest.mark.django_db
HEAD = ["姓名", "邮箱", "手机", "证件号码", "职责", "地区", "任职自", "任职至"]
TODAY = timezone.localdate()


def sheet(*rows, head=HEAD):
    book = Workbook()
    for row in (["2026 年人员名单"], head, *rows):
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    content.seek(0)
    content.name = "人员.xlsx"
    return content


def person(number, **changed):
    given = {
        "姓名": f"人员{number}",
        "邮箱": f"p{number}@example.gov.cn",
        "手机": "13800000000",
        "证件号码": make_resident_id(number),
        "职责": "区级经办",
        "地区": "无锡市滨湖区",
        "任职自": "",
        "任职至": "2099-12-31",
    } | changed
    return [given[name] for name in HEAD]


@pytest.fixture
def admin(client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    binhu()
    found = make_official(Role.SYSTEM_ADMIN, wuxi())
    client.force_login(found)
    return found


def upload(client, content):
    return client.post(reverse("accounts:officer_sheet"), {"file": content})


def confirm(client):
    return client.post(reverse("accounts:officer_sheet"), {"intent": "appoint"}, follow=True).content.decode()


def test_sheet_is_looked_at_then_done_once_and_waits_for_the_security_administrator(client, admin):
    standing = UserFactory(email="p2@example.gov.cn", name="人员2")
    rows = sheet(person(1), person(2, 任职自="2026/1/5"), ["合计", "", "", "2"])
    shown = upload(client, rows).content.decode()
    assert '可办理 <span class="num">2</span> 行，有误 <span class="num">0</span> 行' in shown
    assert not Appointment.objects.filter(role=Role.DISTRICT_FIRST).exists()
    assert not User.objects.filter(email="p1@example.gov.cn").exists()
    confirm(client)
    made = Appointment.objects.filter(role=Role.DISTRICT_FIRST).order_by("pk")
    assert [(one.user.email, one.starts_on, one.ends_on, one.confirmed_at) for one in made] == [
        ("p1@example.gov.cn", None, date(2099, 12, 31), None),
        ("p2@example.gov.cn", date(2026, 1, 5), date(2099, 12, 31), None),
    ]
    assert made[1].user == standing
    invitations = Outgoing.objects.filter(subject__contains="建立了账号")
    assert [mail.to for mail in invitations] == ["p1@example.gov.cn"]
    assert not made[0].user.has_usable_password()
    rows.seek(0)
    assert upload(client, rows).content.decode().count("已任该职，不变") == 2
    confirm(client)
    assert made.count() == 2
    assert invitations.count() == 1
    assert "请先上传" in confirm(client)


@pytest.mark.parametrize(
    ("changed", "address", "words"),
    [
        ({"姓名": ""}, "A3", "请填写姓名"),
        ({"邮箱": "p1@"}, "B3", "邮箱格式"),
        ({"手机": "123"}, "C3", ""),
        ({"手机": "=1+1"}, "C3", "公式"),
        ({"证件号码": make_resident_id(1)[:-1] + "?"}, "D3", ""),
        ({"职责": "局长"}, "E3", "没有这一职责"),
        ({"职责": "审定", "地区": "无锡市", "任职至": "2020-01-01"}, "H3", "今天"),
        ({"职责": "市级审核"}, "E3", "任职"),
        ({"地区": "苏州市"}, "F3", "不是您管理的地区"),
        ({"任职自": "去年"}, "G3", ""),
        ({"任职自": "2099-12-31", "任职至": "2099-01-01"}, "H3", "早于"),
    ],
)
def test_fault_names_its_cell_and_stops_only_its_row(client, admin, changed, address, words):
    shown = upload(client, sheet(person(1, **changed), person(2))).content.decode()
    assert f'<span class="num">{address}</span>' in shown
    assert words in shown
    confirm(client)
    assert [one.user.name for one in Appointment.objects.exclude(user=admin)] == ["人员2"]


def test_sheet_without_heads_or_too_long_is_refused_with_words(client, admin):
    answer = upload(client, sheet(person(1), head=["姓名", "邮箱"]))
    assert answer.status_code == 422
    assert "没有找到表头" in answer.content.decode()
    assert "最多导入 500 行" in upload(client, sheet(*([person(1)] * 501))).content.decode()
    assert "下面没有人员" in upload(client, sheet()).content.decode()


def test_other_persons_address_and_number_are_refused(client, admin):
    UserFactory(email="p1@example.gov.cn", name="别人")
    shown = upload(client, sheet(person(1), person(2), person(3, 证件号码=make_resident_id(2), 职责="区级复核")))
    html = shown.content.decode()
    assert "登记在“别人”名下" in html
    assert "不相容职责" in html


@pytest.mark.parametrize(("starts", "ends", "is_in_force"), [(None, 0, True), (1, 9, False), (-9, -1, False)])
def test_office_gives_rights_only_on_its_days(starts, ends, is_in_force):
    user = UserFactory()
    Appointment.objects.create(
        user=user,
        role=Role.DISTRICT_FIRST,
        region=binhu(),
        appointed_at=timezone.now() - timedelta(days=20),
        confirmed_at=timezone.now(),
        starts_on=starts and TODAY + timedelta(days=starts),
        ends_on=TODAY + timedelta(days=ends),
    )
    assert bool(User.objects.get(pk=user.pk).roles) is is_in_force
    assert Appointment.objects.in_force().filter(user=user).exists() is is_in_force


def test_office_that_is_over_ends_by_itself_and_can_be_given_again(admin):
    user, number = UserFactory(), make_resident_id(9)
    made = appoint_official(
        user, role=Role.DISTRICT_FIRST, region=binhu(), number=number, ends_on=TODAY, act=act(admin)
    )
    security = make_official(Role.SECURITY_ADMIN, wuxi())
    confirm_appointment(made, number=number, act=act(security))
    with pytest.raises(RefusedError, match="已在该地区担任"):
        appoint_official(user, role=Role.DISTRICT_FIRST, region=binhu(), number=number, act=act(admin))
    Appointment.objects.filter(pk=made.pk).update(ends_on=TODAY - timedelta(days=1))
    second = UserFactory()
    for _ in range(2):
        end_offices()
    made.refresh_from_db()
    assert made.revoked_at is not None
    appoint_official(user, role=Role.DISTRICT_FIRST, region=binhu(), number=number, act=act(admin))
    with pytest.raises(RefusedError, match="早于"):
        appoint_official(
            second,
            role=Role.DISTRICT_FIRST,
            region=binhu(),
            number=make_resident_id(10),
            ends_on=TODAY - timedelta(days=1),
            act=act(admin),
        )
