"""Security events: what is recorded of whom, who reads it, and how long it stays."""

import ast
import hashlib
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.enums import Role
from portal.audit.enums import SecurityKind
from portal.audit.models import SecurityEvent, SecuritySubject
from portal.audit.security import record_disclosure, record_security
from portal.privacy.services.retention import remove_what_is_over
from tests.factories import PASSWORD, ApplicantFactory, act, binhu, make_member, make_official, suzhou, wuxi
from tests.sources import ROOT, syntax_trees

# Workbooks that hold nobody's data: empty templates, and a page that is public anyway.
_WITHOUT_DATA = {
    "applications/claims/views/imports.py",
    "applications/rights/views.py",
    "applications/rights/roster_views.py",
    "review/targets/views.py",
    "review/decisions/views/publicity.py",
    "portal/audit/security.py",
    "review/clients/views.py",
    "portal/core/spreadsheets.py",
}


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def kinds() -> list[str]:
    return list(SecurityEvent.objects.order_by("pk").values_list("kind", flat=True))


def test_every_workbook_with_data_is_handed_out_on_record():
    calling = {
        str(path.relative_to(ROOT))
        for path, tree in syntax_trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "workbook_response"
    }
    assert calling <= _WITHOUT_DATA


@pytest.mark.django_db
def test_failed_sign_ins_failed_codes_and_sign_outs_are_recorded_in_the_persons_region(client):
    person = make_official(Role.CITY_OFFICER, wuxi())
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    address = "/account/login/"
    client.post(address, {"login": person.email, "password": "wrong"})
    client.post(address, {"login": "nobody@example.org", "password": "wrong"})
    assert list(SecurityEvent.objects.order_by("pk").values_list("kind", "region_code", "user")) == [
        ("sign_in_failed", "320200", None),
        ("sign_in_failed", "", None),
    ]
    assert PASSWORD not in str(list(SecurityEvent.objects.values()))
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(person)
    client.post(address, {"login": person.email, "password": PASSWORD})
    client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert kinds()[2:] == ["second_factor"]
    client.force_login(person)
    client.post("/account/logout/")
    last = SecurityEvent.objects.latest("pk")
    assert (last.kind, last.user, last.region_code) == ("signed_out", person, "320200")


@pytest.mark.django_db
def test_a_refusal_is_recorded_with_person_and_path_and_a_stranger_leaves_none(client):
    client.get("/audit/")
    assert not SecurityEvent.objects.exists()
    person = make_member()
    client.force_login(person)
    assert client.get("/audit/").status_code == 403
    event = SecurityEvent.objects.get()
    assert (event.kind, event.user, event.subject, event.region_code) == ("refused", person, "/audit/", "320211")


@pytest.mark.django_db
def test_an_export_says_who_what_how_many_rows_and_the_hash_of_the_file(client):
    auditor = make_official(Role.AUDITOR, wuxi())
    client.force_login(auditor)
    content = b"".join(client.post("/audit/export/", {"person": "nobody"}).streaming_content)
    event = SecurityEvent.objects.get(kind=SecurityKind.EXPORT)
    assert event.user == auditor
    assert event.details == {"rows": 0, "filters": "人员 nobody", "sha256": hashlib.sha256(content).hexdigest()}


@pytest.mark.django_db
def test_members_see_who_read_their_numbers_and_nobody_elses(client):
    one, other = ApplicantFactory(), ApplicantFactory()
    officer = make_official(Role.ACCEPTANCE, binhu(), name="看过的人")
    record_disclosure(act(officer), one, fields=["银行账号"])
    for applicant, words in ((one, "看过的人"), (other, "还没有人查看过")):
        client.force_login(make_member(applicant))
        assert words in client.get(f"/me/organisations/{applicant.pk}/readings/").content.decode()
    assert client.get(f"/me/organisations/{one.pk}/readings/").status_code == 404


@pytest.mark.django_db
def test_an_auditor_searches_the_events_of_their_own_regions(client):
    for region in (binhu(), suzhou()):
        officer = make_official(Role.ACCEPTANCE if region == binhu() else Role.CITY_OFFICER, region)
        record_security(act(officer), kind=SecurityKind.REFUSED, subject=f"/{region.code}/")
    client.force_login(make_official(Role.AUDITOR, wuxi()))
    page = client.get("/audit/security/").content.decode()
    assert "/320211/" in page
    assert "/320500/" not in page
    assert "/320211/" not in client.get("/audit/security/", {"kind": "export"}).content.decode()
    assert "/320211/" not in client.get("/audit/security/", {"subject": "320500"}).content.decode()


@pytest.mark.django_db
def test_events_are_never_changed_and_deleted_only_after_their_time(settings):
    settings.SECURITY_EVENT_DAYS = 30
    applicant = ApplicantFactory()
    kept = record_disclosure(act(), applicant, fields=["银行账号"])
    long_ago = act(make_official(Role.ACCEPTANCE, binhu()))
    old = type(long_ago)(long_ago.user, timezone.now() - timedelta(days=40), long_ago.address)
    record_disclosure(old, applicant, fields=["银行账号"])
    for refused in (
        lambda: SecurityEvent.objects.update(name=""),
        lambda: SecurityEvent.objects.filter(pk=kept.pk)._raw_delete("default"),
        lambda: SecuritySubject.objects.filter(event=kept)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            refused()
    remove_what_is_over()
    assert list(SecurityEvent.objects.all()) == [kept]
    assert SecuritySubject.objects.count() == 1
