"""The officers' pages, as requests: who gets in, what a page shows, what a refused form keeps."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.ledger.models import LimitEntry
from portal.accounts.enums import Role
from portal.jobs.models import Job
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import CreditSnapshot, Decision
from review.decisions.services.decisions import support_claim
from tests.applications.worlds import patent_facts
from tests.factories import act, binhu, make_official, suzhou, xishan
from tests.review.worlds import (
    Office,
    accepted,
    again,
    city_passed,
    confirmed,
    decided,
    expected,
    on,
    publish,
    reviewed,
    submitted,
)

pytestmark = pytest.mark.django_db
QUEUE_QUERIES = 10
SEARCH_QUERIES = 9


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def as_(client, user):
    client.force_login(user)
    return client


def post(client, claim, conclusion, **data):
    page = expected(claim)
    sent = {"conclusion": conclusion, "status": page.status, "round": page.round} | data
    return client.post(reverse("review:conclude", args=[claim.key]), sent)


def page_of(client, claim):
    return client.get(reverse("review:claim", args=[claim.key]))


# ---- queues -----------------------------------------------------------------------------------------


def test_queue_shows_what_lies_on_ones_own_desk_and_nothing_else(client, office):
    mine, later = submitted(), accepted(office, lines=[patent_facts(2)])
    html = as_(client, office.acceptance).get(reverse("review:queue")).content.decode()
    assert mine.number in html
    assert later.number not in html
    stranger = make_official(Role.ACCEPTANCE, xishan())
    assert mine.number not in as_(client, stranger).get(reverse("review:queue")).content.decode()


def test_queue_filters_by_name_number_code_day_and_overdue(client, office):
    one, other = submitted(), submitted(lines=[patent_facts(2)])
    as_(client, office.acceptance)

    def found(**query):
        html = client.get(reverse("review:queue"), query).content.decode()
        return {claim.number for claim in (one, other) if claim.number in html.split("<tbody>")[-1]}

    today = date.today()  # noqa: DTZ011 - only a day far away is wanted
    assert found() == {one.number, other.number}
    assert found(q=one.applicant.name) == {one.number}
    assert found(q=one.applicant.uscc.lower()) == {one.number}
    assert found(q=other.number) == {other.number}
    assert found(submitted_to=(today - timedelta(days=30)).isoformat()) == set()
    assert found(overdue="on") == set()
    type(one).objects.filter(pk=one.pk).update(status_since=on(date(2026, 1, 5)).at)
    assert found(overdue="on") == {one.number}


def test_queue_costs_the_same_for_one_row_and_for_three(client, office, django_assert_num_queries):
    as_(client, office.acceptance)
    submitted()
    url = reverse("review:queue")
    client.get(url)
    with django_assert_num_queries(QUEUE_QUERIES):
        client.get(url)
    submitted(lines=[patent_facts(2)])
    submitted(lines=[patent_facts(3)])
    client.get(url)  # what is read once a minute or once a day is read
    with django_assert_num_queries(QUEUE_QUERIES):
        client.get(url)


def test_search_costs_the_same_for_one_row_and_for_three(client, office, django_assert_num_queries):
    as_(client, office.city)
    submitted()
    url = reverse("review:claims")
    client.get(url)
    with django_assert_num_queries(SEARCH_QUERIES):
        client.get(url)
    submitted(lines=[patent_facts(2)])
    submitted(lines=[patent_facts(3)])
    client.get(url)  # what is read once a minute or once a day is read
    with django_assert_num_queries(SEARCH_QUERIES):
        client.get(url)


def test_take_next_goes_to_the_claim_that_waited_longest_and_that_one_may_conclude(client, office):
    first, second = reviewed(office), reviewed(office, lines=[patent_facts(2)])
    office.first.appointments.create(role=Role.DISTRICT_SECOND, region=binhu())
    third = submitted(lines=[patent_facts(3)])
    as_(client, office.second)
    assert client.get(reverse("review:next")).url == reverse("review:claim", args=[first.key])
    as_(client, office.first)
    response = client.get(reverse("review:next"), {"desk": f"{Stage.DISTRICT_SECOND}-320211"})
    assert "desk=district_second" in response.url
    assert {first.status, second.status, third.status} == {ClaimStatus.DISTRICT_CONFIRMATION, ClaimStatus.SUBMITTED}


# ---- the claim page ---------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [xishan, suzhou])
def test_officer_of_another_place_finds_no_claim_and_changes_nothing(client, office, place):
    claim = accepted(office)
    role = Role.DISTRICT_FIRST if place is xishan else Role.CITY_OFFICER
    as_(client, make_official(role, place()))
    assert page_of(client, claim).status_code == 404
    assert post(client, claim, "refuse", grounds="other", text="不该能写").status_code == 404
    sent = {"result": "serious", "source": "x", "checked_on": "2026-01-01"}
    assert client.post(reverse("review:credit", args=[claim.key]), sent).status_code == 404
    assert again(claim).status == ClaimStatus.DISTRICT_REVIEW
    assert (Decision.objects.count(), CreditSnapshot.objects.count()) == (1, 0)


def test_claim_page_shows_facts_steps_evidence_and_only_the_open_conclusions(client, office):
    claim = accepted(office)
    html = page_of(as_(client, office.first), claim).content.decode()
    assert f'第 1 项 <span class="num">{claim.lines.get().facts["patent_no"]}</span>' in html
    assert "每件最高 5,000.00 元" in html
    assert reverse("applications:evidence", args=[claim.evidence.first().key]) in html
    assert "建议不予支持" in html
    assert "退回经办" not in html
    html = page_of(as_(client, office.city), claim).content.decode()
    assert 'id="decision"' not in html


def test_buttons_are_not_offered_to_who_concluded_an_earlier_stage(client, office):
    claim = reviewed(office)
    office.first.appointments.create(role=Role.DISTRICT_SECOND, region=binhu())
    html = page_of(as_(client, office.first), claim).content.decode()
    assert 'id="decision"' not in html
    assert "您已在“区级初审”环节办理过" in html


def test_same_right_and_same_file_elsewhere_are_shown(client, office):
    first = accepted(office)
    second = accepted(office, lines=[patent_facts(2)])
    second.lines.update(subject_key=first.lines.get().subject_key)
    html = page_of(as_(client, office.first), second).content.decode()
    assert html.count("有重复") == 2
    assert reverse("review:claim", args=[first.key]) in html


def test_support_with_a_lower_sum_needs_a_reason_and_keeps_what_was_typed(client, office):
    claim = accepted(office)
    line = claim.lines.get()
    as_(client, office.first)
    response = post(client, claim, "support", **{f"amount_{line.pk}": "4,000.00"})
    assert response.status_code == 422
    html = response.content.decode()
    assert "核减理由" in html
    assert 'value="4,000.00"' in html
    assert again(claim).status == ClaimStatus.DISTRICT_REVIEW
    response = post(client, claim, "support", **{f"amount_{line.pk}": "4,000.00", f"reason_{line.pk}": "发票重复"})
    assert response.status_code == 302
    assert again(claim).district_amount == Decimal("4000.00")


def test_stale_page_answers_with_the_new_state_and_the_typed_words(client, office):
    claim = accepted(office)
    line = claim.lines.get()
    old = expected(claim)
    support_claim(claim.pk, expected=old, act=act(office.first))
    other = make_official(Role.DISTRICT_FIRST, binhu())
    sent = {
        "conclusion": "support",
        "status": old.status,
        "round": old.round,
        f"amount_{line.pk}": "3,210.00",
        f"reason_{line.pk}": "写了很久的理由",
    }
    response = as_(client, other).post(reverse("review:conclude", args=[claim.key]), sent)
    assert response.status_code == 409
    html = response.content.decode()
    assert "3,210.00" in html
    assert "写了很久的理由" in html
    assert claim.decisions.filter(stage=Stage.DISTRICT_FIRST).count() == 1


def test_unmet_condition_can_be_tried_without_concluding(client, office):
    claim = confirmed(office)
    line = claim.lines.get()
    code = next(c.code for c in _conditions(claim))
    response = post(
        as_(client, office.city), claim, "support", intent="preview", unmet=code, **{f"amount_{line.pk}": "5000"}
    )
    assert response.status_code == 200
    assert "测算为不予支持" in response.content.decode()
    assert again(claim).status == ClaimStatus.CITY_REVIEW
    assert claim.assessments.count() == 2


def _conditions(claim):
    from applications.claims.selectors.scope import item_of  # noqa: PLC0415

    return [condition for condition in item_of(claim).conditions if not condition.priority]


def test_correction_is_asked_for_field_by_field(client, office):
    claim = accepted(office)
    as_(client, office.first)
    response = post(client, claim, "correct", place_0="1|fees", remark_0="")
    assert response.status_code == 422
    response = post(
        client, claim, "correct", place_0="1|fees", remark_0="与发票不一致", place_1="|", remark_1="请补盖公章"
    )
    assert response.status_code == 302
    claim = again(claim)
    assert claim.status == ClaimStatus.CORRECTION
    assert list(claim.correction_points.values_list("line_position", "field", "remark")) == [
        (1, "fees", "与发票不一致"),
        (None, "", "请补盖公章"),
    ]
    assert claim.decisions.get(stage=Stage.DISTRICT_FIRST).conclusion == Conclusion.CORRECT


def test_refusal_puts_grounds_conditions_and_words_together(client, office):
    claim = confirmed(office)
    as_(client, office.city)
    assert post(client, claim, "refuse", grounds="condition", text="说明").status_code == 422
    condition = _conditions(claim)[0]
    response = post(client, claim, "refuse", grounds=["condition"], unmet=[condition.code], text="专利已失效")
    assert response.status_code == 302
    reason = claim.decisions.get(stage=Stage.CITY).reason
    assert reason == f"不符合支持条件；未满足的条件：{condition.text}；专利已失效"


def test_credit_check_is_entered_and_a_bad_one_warns_and_blocks(client, office):
    claim = confirmed(office)
    as_(client, office.city)
    sent = {"result": "serious", "source": "信用中国", "checked_on": "2026-05-01"}
    assert client.post(reverse("review:credit", args=[claim.key]), sent).status_code == 302
    assert "信用记录不允许支持" in page_of(client, claim).content.decode()
    line = claim.lines.get()
    response = post(client, claim, "support", **{f"amount_{line.pk}": "5000"})
    assert response.status_code == 422
    assert "不得支持" in response.content.decode()
    sent["checked_on"] = "2099-01-01"
    assert client.post(reverse("review:credit", args=[claim.key]), sent).status_code == 422


def test_submit_and_next_leads_to_the_following_claim(client, office):
    one, other = submitted(), submitted(lines=[patent_facts(2)])
    response = post(as_(client, office.acceptance), one, "support", next="1")
    assert response.url == reverse("review:claim", args=[other.key])


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
    assert "0.5" in html
    for secret in (claim.applicant.uscc, claim.applicant.contact_phone, claim.applicant.account_number):
        assert secret not in html
    assert listed.title in client.get(reverse("review:publicity_public")).content.decode()
    response = client.get(reverse("review:publicity_work", args=[listed.key]))
    assert response.status_code == 302


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
    client.post(objection_url, {"conclusion": "确有争议", "intent": "uphold"})
    assert again(claim).status == ClaimStatus.REJECTED
    assert {job.kind for job in Job.objects.filter(kind__startswith="notices.")} == {
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
    as_(client, office.city)
    book = openpyxl.load_workbook(BytesIO(client.get(reverse("review:publicity_export", args=[listed.key])).content))
    rows = list(book.active.iter_rows(values_only=True))
    assert "共 1 件" in rows[1][0]
    assert rows[3][1:6] == (claim.applicant.name, "滨湖区", claim.item.title, 1, 0.5)
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
