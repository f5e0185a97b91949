"""The officers' pages, as requests: who gets in, what a page shows, what a refused form keeps."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.workdays.selectors import add_workdays
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import CreditSnapshot, Decision
from review.decisions.services.decisions import support_claim
from tests.applications.worlds import patent_facts
from tests.factories import UserFactory, act, binhu, give_role, make_official, suzhou, xishan
from tests.review.decisions.pages import as_, page_of, post
from tests.review.worlds import (
    accepted,
    again,
    approved,
    city_passed,
    confirmed,
    expected,
    reviewed,
    submitted,
)

pytestmark = pytest.mark.django_db
QUEUE_QUERIES = 11
SEARCH_QUERIES = 8


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


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
    type(one).objects.filter(pk=one.pk).update(step_due_on=date(2026, 1, 16))
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
    give_role(office.first, Role.DISTRICT_SECOND, binhu())
    third = submitted(lines=[patent_facts(3)])
    as_(client, office.second)
    assert client.get(reverse("review:next")).url.startswith(reverse("review:claim", args=[first.key]))
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


def test_only_the_opened_conclusion_has_its_form_and_the_others_are_a_link_away(client, office):
    claim = accepted(office)
    as_(client, office.first)
    address = reverse("review:claim", args=[claim.key])
    page = client.get(address).content.decode()
    assert 'id="id_support_unmet' in page
    assert 'name="grounds"' not in page
    assert f'href="{address}?open=refuse#decision"' in page
    refusing = client.get(address, {"open": "refuse"}).content.decode()
    assert 'name="grounds"' in refusing
    assert 'id="id_support_unmet' not in refusing
    assert 'id="id_support_unmet' in client.get(address, {"open": "nothing"}).content.decode()
    assert 'name="checked_on"' not in page
    assert f'href="{address}?open=credit#credit"' in page
    assert 'name="checked_on"' in client.get(address, {"open": "credit"}).content.decode()


def test_what_a_refused_conclusion_lacks_is_told_at_the_head_of_the_page(client, office):
    response = post(as_(client, office.first), accepted(office), "refuse", text="")
    assert response.status_code == 422
    head = response.content.decode().split('class="panes"')[0]
    assert "请至少选择一项理由。" in head
    assert 'href="#id_refuse_text"' in head


def test_buttons_are_not_offered_to_who_concluded_an_earlier_stage(client, office):
    claim = reviewed(office)
    give_role(office.first, Role.DISTRICT_SECOND, binhu())
    html = page_of(as_(client, office.first), claim).content.decode()
    assert 'id="decision"' not in html
    assert "您已在“区级初审”环节办理过" in html


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


def test_any_number_of_points_a_term_and_then_what_became_of_each(client, office):
    claim = accepted(office)
    as_(client, office.first)
    points = {f"{part}_{n}": value for n in range(4) for part, value in (("place", "1|fees"), ("remark", f"第{n}处"))}
    more = post(client, claim, "correct", intent="more", **points)
    assert more.status_code == 200
    assert [f"place_{n}" in more.content.decode() for n in (7, 8)] == [True, False]
    assert "第3处" in more.content.decode()
    points |= {"place_7": "1|", "remark_7": "整项"}
    assert post(client, claim, "correct", workdays="11", **points).status_code == 422
    assert post(client, claim, "correct", workdays="3", **points).status_code == 302
    claim = again(claim)
    assert claim.correction_points.count() == 5
    assert claim.correction_due_on == add_workdays(timezone.localdate() + timedelta(days=1), days=3)
    claim.correction_points.filter(field="fees").update(answer="已改", due_on=timezone.localdate() - timedelta(days=1))
    line = claim.lines.first()
    line.facts |= {"fees": "1.00"}
    line.save()
    page = client.get(reverse("review:claim", args=[claim.key])).content.decode()
    assert page.count("<ins>1.00 元</ins>") == 5
    assert "已改" in page
    assert "已逾期" in page


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
    panel = reverse("review:panel", args=[claim.key, "findings"])
    assert "结果为“严重失信”，不得支持" in client.get(panel).content.decode()
    line = claim.lines.get()
    response = post(client, claim, "support", **{f"amount_{line.pk}": "5000"})
    assert response.status_code == 422
    assert "不得支持" in response.content.decode()
    sent["checked_on"] = "2099-01-01"
    assert client.post(reverse("review:credit", args=[claim.key]), sent).status_code == 422


def test_submit_and_next_leads_to_the_following_claim(client, office):
    one, other = submitted(), submitted(lines=[patent_facts(2)])
    response = post(as_(client, office.acceptance), one, "support", next="1")
    assert response.url.startswith(reverse("review:claim", args=[other.key]))


def test_a_claims_page_costs_few_queries_whoever_opens_it(client, office, settings, django_assert_max_num_queries):
    settings.OFFICIALS_NEED_SECOND_FACTOR = True
    waiting = city_passed(office, lines=[patent_facts(1), patent_facts(2)])
    granted = approved(office, lines=[patent_facts(3), patent_facts(4)])
    for reader in (office.city, office.decider):
        Authenticator.objects.create(user=reader, type=Authenticator.Type.TOTP, data={})
        # Known by number, and so with another account.
        User.objects.filter(pk__in=[reader.pk, UserFactory().pk]).update(identity_digest=f"person {reader.pk}")
        as_(client, reader)
        for claim, other in ((waiting, granted), (granted, waiting)):
            findings = client.get(reverse("review:panel", args=[claim.key, "findings"])).content.decode()
            # The files of both are the same.
            assert reverse("review:claim", args=[other.key]) in findings
            with django_assert_max_num_queries(15):
                assert client.get(reverse("review:claim", args=[claim.key])).status_code == 200
