"""Registers fill in what is empty, show what they say otherwise, and go on record with their day."""

from datetime import date

import pytest
from django.urls import reverse

from portal.accounts.models import Applicant
from portal.audit.models import AuditRecord
from portal.core.registers import RegisterKind
from tests.applications.worlds import patent_facts, ready_claim
from tests.factories import ApplicantFactory, make_member, make_patent_no, make_uscc
from tests.review.checks.test_kinds import sheet

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 1)


@pytest.fixture
def registers():
    sheet(
        RegisterKind.COMPANIES,
        {
            "key": make_uscc(77),
            "name": "无锡登记科技有限公司",
            "representative": "王法定",
            "address": "蠡湖大道 1 号",
            "size": "small",
            "state": "存续",
        },
        as_of=DAY,
    )
    sheet(RegisterKind.BANKS, {"key": "102302000003", "name": "登记银行无锡支行"}, as_of=DAY)
    key = make_patent_no(5).replace(".", "")
    sheet(
        RegisterKind.PATENTS,
        {"key": key, "title": "一种装置", "holders": "甲公司", "state": "有效", "granted_on": "2021-05-11"},
        as_of=DAY,
    )


def test_a_code_fills_the_empty_fields_of_an_organisation_and_keeps_what_was_typed(registers, client):
    client.force_login(make_member(ApplicantFactory()).memberships.get().user)
    before = Applicant.objects.count()
    typed = {"uscc": make_uscc(77), "kind": "enterprise", "legal_representative": "李四", "cnaps_code": "102302000003"}
    page = client.post(reverse("accounts:organisation_new"), typed | {"register": "fill"})
    form = page.context["form"]
    filled = {name: form[name].value() for name in ("name", "address", "size_class", "bank_name")}
    assert filled == {
        "name": "无锡登记科技有限公司",
        "address": "蠡湖大道 1 号",
        "size_class": "small",
        "bank_name": "登记银行无锡支行",
    }
    assert form["legal_representative"].value() == "李四"
    assert "登记信息为“王法定”" in page.content.decode()
    assert not form.errors
    taken = client.post(reverse("accounts:organisation_new"), typed | {"register": "take:legal_representative"})
    assert taken.context["form"]["legal_representative"].value() == "王法定"
    assert Applicant.objects.count() == before


def test_a_drafts_lines_are_filled_and_differences_are_taken_over_one_by_one(registers, client):
    claim = ready_claim(lines=[patent_facts(5)])
    member, line = claim.created_by, claim.lines.get()
    client.force_login(member)
    url = reverse("applications:edit", args=[claim.key])
    page = client.get(url).content.decode()
    assert "登记信息为“2021-05-11”" in page
    client.post(url, {"action": "register", "revision": claim.revision})
    line.refresh_from_db()
    assert (line.facts["invention_title"], line.facts["granted_on"]) == ("一种装置", "2021-05-10")
    claim.refresh_from_db()
    client.post(url, {"action": f"register:{line.pk}-granted_on", "revision": claim.revision})
    line.refresh_from_db()
    assert line.facts["granted_on"] == "2021-05-11"
    last = AuditRecord.objects.filter(action="claim.prefilled").last()
    assert "2026-05-01" in last.after["registers"][0]
