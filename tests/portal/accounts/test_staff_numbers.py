"""An official has one number of the office's register, entered by another person and shown where they act."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from portal.accounts.enums import Role
from portal.accounts.services.officials import set_staff_number
from portal.audit.models import AuditRecord
from portal.audit.services import record_audit
from portal.core.errors import RefusedError
from tests.factories import UserFactory, act, binhu, make_official, suzhou, wuxi

pytestmark = pytest.mark.django_db


def test_a_number_is_entered_and_corrected_on_the_page_and_shown_on_appointments_and_the_record(
    signed_in, no_second_factor
):
    admin, officer = make_official(Role.SYSTEM_ADMIN, wuxi()), make_official(Role.ACCEPTANCE, binhu())
    browser, address = signed_in(admin), reverse("accounts:staff_number", args=[officer.pk])
    assert browser.post(address, {"staff_number": " wx-0012 "}).status_code == 302
    for page in (reverse("accounts:official", args=[officer.pk]), reverse("accounts:officials")):
        assert "WX-0012" in browser.get(page).content.decode()
    assert browser.post(address, {"staff_number": "WX-0013"}).status_code == 302
    record = AuditRecord.objects.filter(action="accounts.staff_number_set").latest("pk")
    assert (record.before, record.after) == ({"staff_number": "WX-0012"}, {"staff_number": "WX-0013"})
    officer.refresh_from_db()
    done = record_audit(act(officer), action="jobs.retry", target=binhu(), region_code="320211")
    auditor = signed_in(make_official(Role.AUDITOR, wuxi()))
    assert "工号 WX-0013" in auditor.get(reverse("audit:record", args=[done.sequence])).content.decode()
    other = make_official(Role.FINANCE, wuxi())
    taken = browser.post(reverse("accounts:staff_number", args=[other.pk]), {"staff_number": "wx-0013"})
    assert (taken.status_code, "已登记在他人名下" in taken.content.decode()) == (422, True)


@pytest.mark.parametrize("number", ["1", "工号十二", "WX 00/12", "X" * 21])
def test_what_is_no_number_is_refused(number):
    with pytest.raises(RefusedError, match="照人事登记填写"):
        set_staff_number(make_official(Role.FINANCE, wuxi()), number=number, act=act())


def test_only_an_administrator_of_where_they_serve_enters_it_and_nobody_their_own():
    officer, admin = make_official(Role.ACCEPTANCE, binhu()), make_official(Role.SYSTEM_ADMIN, wuxi())
    for person in (make_official(Role.SYSTEM_ADMIN, suzhou()), make_official(Role.SECURITY_ADMIN, wuxi()), officer):
        with pytest.raises(PermissionDenied):
            set_staff_number(officer, number="A1", act=act(person))
    with pytest.raises(PermissionDenied):
        set_staff_number(UserFactory(), number="A1", act=act(admin))
    with pytest.raises(RefusedError, match="自己的工号"):
        set_staff_number(admin, number="A1", act=act(admin))
