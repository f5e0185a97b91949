"""Pages for several claims, as requests: the dry run of a meeting, publicity lists, sheets."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.ledger.models import LimitEntry
from portal.accounts.enums import Role
from portal.jobs.models import Job
from review.decisions.models import CreditSnapshot
from review.decisions.selectors.sheets import claims_of_sheet, review_sheet
from tests.applications.worlds import patent_facts
from tests.factories import make_official, suzhou
from tests.review.decisions.pages import as_, page_of
from tests.review.worlds import (
    Office,
    again,
    city_passed,
    decided,
    on,
    publish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


# ---- several at once --------------------------------------------------------------------------------


def test_dry_run_shows_count_and_sum_and_changes_nothing(client, office):
    one, other = city_passed(office), city_passed(office, lines=[patent_facts(2, fees="3000")])
    as_(client, office.decider)
    sent = {"claim": [one.pk, other.pk], "minutes_number": "3号", "minutes_date": "2026-06-01"}
    assert "批量审定勾选的申报" in client.get(reverse("review:queue")).content.decode()
    html = client.post(reverse("review:decide_many"), sent).content.decode()
    assert "2 件" in html
    assert "8,000.00 元" in html
    assert again(one).status == ClaimStatus.FINAL_DECISION
    assert not LimitEntry.objects.exists()
    response = client.post(reverse("review:decide_many"), sent | {"intent": "decide"})
    assert "已审定支持 2 件，合计 8,000.00 元" in str(next(iter(get_messages(response.wsgi_request))))
    assert {again(one).status, again(other).status} == {ClaimStatus.AWAITING_PUBLICITY}


def test_one_claims_trouble_stops_no_other_decision(client, office):
    one, other = city_passed(office), city_passed(office, lines=[patent_facts(2)])
    CreditSnapshot.objects.create(
        applicant=other.applicant,
        claim=other,
        result="dissolved",
        source="信用中国",
        checked_on=date(2026, 5, 1),
        entered_by=office.city,
    )
    sent = {
        "claim": [one.pk, other.pk],
        "minutes_number": "3号",
        "minutes_date": "2026-06-01",
        "intent": "decide",
    }
    as_(client, office.decider).post(reverse("review:decide_many"), sent)
    assert again(one).status == ClaimStatus.AWAITING_PUBLICITY
    assert again(other).status == ClaimStatus.FINAL_DECISION


# ---- publicity --------------------------------------------------------------------------------------


def test_public_list_needs_no_sign_in_and_shows_no_personal_number(client, office):
    claim = decided(office)
    listed = publish(office, claim)
    html = client.get(reverse("review:publicity_detail", args=[listed.key])).content.decode()
    assert claim.applicant.name in html
    assert "5,000.00" in html
    for secret in (claim.applicant.uscc, claim.applicant.contact_phone, claim.applicant.account_number):
        assert secret not in html
    assert listed.title in client.get(reverse("review:publicity_public")).content.decode()
    response = client.get(reverse("review:publicity_work", args=[listed.key]))
    assert response.status_code == 302


def test_a_long_list_is_shown_in_pages_with_the_totals_of_all(client, office, monkeypatch):
    monkeypatch.setattr("review.decisions.views.publicity.ENTRIES_PER_PAGE", 1)
    claims = [decided(office), decided(office, lines=[patent_facts(2)])]
    listed = publish(office, *claims)
    for name, user in (("publicity_detail", None), ("publicity_work", office.city)):
        if user:
            as_(client, user)
        address = reverse(f"review:{name}", args=[listed.key])
        pages = [client.get(address, {"after": after}) for after in ("", "1", "nonsense", "9" * 18)]
        assert [len(page.context["page"].rows) for page in pages] == [1, 1, 1, 0]
        assert [page.context["page"].next_cursor for page in pages] == ["1", "", "1", ""]
        shown = {page.context["page"].rows[0].pk for page in pages[:2]}
        assert shown == set(listed.entries.values_list("pk", flat=True))
    first = client.get(reverse("review:publicity_detail", args=[listed.key])).content.decode()
    assert "合计 2 件" in first
    whole = client.get(reverse("review:publicity_detail", args=[listed.key]), {"all": "1"})
    assert len(whole.context["page"].rows) == 2


def test_publicity_is_checked_published_objected_to_and_approved_on_pages(client, office, time_machine):
    time_machine.move_to(on(date(2026, 6, 1)).at)
    claim, other = decided(office), decided(office, lines=[patent_facts(2)])
    as_(client, office.city)
    sent = {
        "claim": [claim.pk, other.pk],
        "title": "名单",
        "starts_on": "2026-06-01",
        "workdays": "5",
        "contact": "电话",
    }
    assert "有 2 件审定通过的申报等待公示" in client.get(reverse("review:publicity")).content.decode()
    html = client.post(reverse("review:publicity_new"), sent | {"intent": "check"}).content.decode()
    assert "2026年6月5日" in html
    response = client.post(reverse("review:publicity_new"), sent | {"intent": "publish"})
    work = response.url
    listed = claim.publicity_entries.get().publicity
    entry = listed.entries.get(claim=claim)
    objection = {"objector": "王某", "contact": "139", "received_on": "2026-06-01", "text": "有争议"}
    response = client.post(reverse("review:objection_new", args=[listed.key, entry.pk]), objection)
    assert again(claim).status == ClaimStatus.OBJECTION
    objection_url = response.url
    as_(client, office.decider)
    early = client.post(reverse("review:publicity_approve", args=[listed.key]))
    assert "2026-06-05" in str(next(iter(get_messages(early.wsgi_request))))
    time_machine.move_to(on(date(2026, 6, 8)).at)
    as_(client, office.decider)
    client.post(reverse("review:publicity_approve", args=[listed.key]))
    assert (again(claim).status, again(other).status) == (ClaimStatus.OBJECTION, ClaimStatus.APPROVED)
    assert "请由其他人员认定" in client.get(objection_url).content.decode()
    as_(client, office.hearer).post(objection_url, {"conclusion": "确有争议", "intent": "uphold"})
    assert again(claim).status == ClaimStatus.REJECTED
    assert {job.kind for job in Job.objects.filter(kind__startswith="notices.")} == {
        "notices.issue_acceptance",
        "notices.issue_grant",
        "notices.issue_refusal",
    }
    assert client.get(work).status_code == 200


def test_objector_is_shown_to_the_city_only(client, office):
    claim = decided(office)
    listed = publish(office, claim)
    entry = listed.entries.get()
    as_(client, office.city)
    sent = {"objector": "赵某某", "contact": "139", "received_on": "2026-06-01", "text": "有争议"}
    url = client.post(reverse("review:objection_new", args=[listed.key, entry.pk]), sent).url
    assert "赵某某" in client.get(url).content.decode()
    for user in (office.first, office.finance, make_official(Role.CITY_OFFICER, suzhou()), claim.created_by):
        assert as_(client, user).get(url).status_code in (403, 404)
    assert "赵某某" not in page_of(as_(client, office.first), claim).content.decode()


def test_public_sheet_and_review_sheet_hold_the_rows_and_their_count(client, office):
    claim = decided(office)
    listed = publish(office, claim)
    # Everybody downloads what everybody reads, without an account.
    book = openpyxl.load_workbook(BytesIO(client.get(reverse("review:publicity_export", args=[listed.key])).content))
    rows = list(book.active.iter_rows(values_only=True))
    as_(client, office.city)
    assert "共 1 件" in rows[1][0]
    assert rows[3][1:6] == (claim.applicant.name, "滨湖区", claim.item.title, 1, 5000)
    assert rows[4][5] == "=SUM(F4:F4)"
    sheet = client.get(reverse("review:claims_export"), {"q": claim.number}).content
    rows = list(openpyxl.load_workbook(BytesIO(sheet)).active.iter_rows(values_only=True))
    assert rows[3][2] == claim.number
    assert rows[3][8:13] == (5000, 0, 5000, 5000, 5000)


def test_everybody_of_the_office_opens_every_stage_of_a_claim(client):
    office = Office()
    claim = decided(office)
    for user in (office.acceptance, office.first, office.second, office.city, office.decider):
        assert page_of(as_(client, user), claim).status_code == 200


def test_review_sheet_shows_only_the_check_made_for_a_claim_before_its_decision(office):
    one, other = decided(office), decided(office, lines=[patent_facts(2)])

    def check(claim, result, at):
        CreditSnapshot.objects.create(
            applicant=claim.applicant,
            claim=claim,
            result=result,
            source="信用中国",
            checked_on=at.date(),
            entered_by=office.first,
            entered_at=at,
        )

    last = one.decisions.latest("pk").at
    check(one, "minor", last - timedelta(days=3))
    check(one, "clear", last + timedelta(days=3))
    found = claims_of_sheet(Claim.objects.filter(pk__in=[one.pk, other.pk]))
    sheet = openpyxl.load_workbook(BytesIO(review_sheet(found, made_by="甲"))).active
    at = [cell.value for cell in sheet[3]].index("信用查询")
    shown = [row[at].value or "" for row in sheet.iter_rows(min_row=4, max_row=5)]
    assert [text.partition(" ")[0] for text in shown] == ["一般失信", ""]
