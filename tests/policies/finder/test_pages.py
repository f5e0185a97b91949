"""The questionnaire's pages: open to all, step by step by address, nothing typed lost, nothing kept."""

import re
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.calls.models import Call
from policies.engine import load_catalogue
from policies.finder.events import events_of
from policies.published.models import SupportItem
from policies.rates.services import RatePlan, confirm_rate, propose_rate
from portal.accounts.enums import RegionLevel, Role
from portal.accounts.models import Region
from tests.factories import (
    ApplicantFactory,
    CallFactory,
    act,
    binhu,
    make_member,
    make_official,
    make_region,
    open_call,
    publish_documents,
    suzhou,
    wuxi,
)

pytestmark = pytest.mark.django_db
WHO = {"kind": "enterprise", "region": "320211"}
PATENT = {
    "event": "patent",
    "patent-granted_on": "2025-05-10",
    "patent-patent_kind": "invention",
    "patent-fees": "3,999.99",
}


@pytest.fixture(scope="module", autouse=True)
def published(module_transaction) -> None:
    binhu()
    make_region("320506", "吴中区", RegionLevel.DISTRICT, suzhou())
    publish_documents("wx2020", "sz2021")


def page(client, step: str, **data):
    return client.get(reverse(f"finder:{step}"), data)


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_stranger_goes_through_the_steps_and_learns_sum_basis_and_conditions(client):
    assert "您是哪一类" in text_of(page(client, "start"))
    assert "取得中国专利授权" in text_of(page(client, "events", **WHO))
    asked = text_of(page(client, "facts", **WHO, event=["patent", "loan"]))
    assert "授权公告日" in asked
    assert "已付利息" in asked
    found = text_of(page(client, "result", **WHO, **PATENT))
    for words in (
        "3,999.99 元",
        "锡政办发〔2020〕11号 第一条第1款第1项",
        "申报人是授权时的第一权利人",
        "费用票据",
        "怎么算出来的",
        "现在没有开放的申报通知",
        "不符合的事项",
    ):
        assert words in found, words


def test_only_events_with_something_for_this_kind_and_place_are_offered(client):
    person = text_of(page(client, "events", kind="individual", region="320211"))
    assert "取得中国专利授权" in person
    assert "还清知识产权质押贷款" not in person
    bank = text_of(page(client, "events", kind="financial", region="320211"))
    assert "质押贷款出现坏账" in bank


@pytest.mark.parametrize("data", [{}, {"kind": "robot", "region": "320211"}, {"kind": "enterprise", "region": "1"}])
@pytest.mark.parametrize("step", ["events", "facts", "result"])
def test_an_address_without_a_valid_asker_asks_again_and_says_what(client, step, data):
    response = page(client, step, **data)
    assert response.status_code == 422
    assert "请" in text_of(response).split("登记（注册）在哪里")[0]


def test_a_person_elsewhere_is_told_that_nothing_is_for_it_here(client):
    assert "没有对应的事项" in text_of(page(client, "events", kind="enterprise", region="elsewhere"))


def test_forgetting_to_tick_is_said_and_nothing_is_lost(client):
    response = page(client, "facts", **WHO)
    assert response.status_code == 422
    assert "请至少勾选一件事" in text_of(response)
    assert 'value="320211"' in response.content.decode()


def test_a_value_that_cannot_be_read_is_asked_again_as_it_was_typed(client):
    response = page(client, "result", **WHO, **PATENT | {"patent-fees": "三千", "patent-granted_on": "昨天"})
    assert response.status_code == 422
    words = response.content.decode()
    assert "“三千”不是金额" in words
    assert 'value="三千"' in words
    assert 'value="昨天"' in words
    assert 'href="#id_patent-fees"' in words


def test_a_row_that_is_half_filled_in_is_asked_again(client):
    response = page(client, "result", **WHO, event="loan", **{"loan-interest_payments-0-amount": "100"})
    assert response.status_code == 422
    assert 'href="#id_loan-interest_payments-0-paid_on"' in response.content.decode()


def test_more_rows_of_interest_are_given_without_losing_the_rest(client):
    loan = {"event": "loan", "loan-interest_payments-0-paid_on": "2024-09-01", "loan-interest_payments-0-amount": "100"}
    response = page(client, "result", **WHO, **loan, action="rows:loan-interest_payments")
    assert response.status_code == 200
    assert 'name="loan-interest_payments-3-paid_on"' in response.content.decode()
    assert 'value="2024-09-01"' in response.content.decode()


def test_the_calculator_opens_filled_in_and_says_the_same_sum(client):
    found = page(client, "result", **WHO, **PATENT).content.decode()
    link = re.search(r'href="([^"]*/wx2020-01-inv/calculator/\?[^"]*)"', found)[1].replace("&amp;", "&")
    calculator = client.get(link)
    assert "3,999.99" in text_of(calculator)
    assert 'value="2025-05-10"' in calculator.content.decode()


def test_what_is_open_now_comes_first_and_carries_its_facts_into_a_claim(client):
    open_call(SupportItem.objects.get(code="wx2020-01-inv"))
    html = page(client, "result", **WHO, **PATENT).content.decode()
    titles = re.findall(r'<h2 id="(\w+)-title">([^<]*)（', html)
    assert titles[0] == ("open", "现在可以申报")
    assert re.search(r'href="/claims/new/wx2020-01-inv/\?[^"]*line-0-fees=3999.99', html)


def test_other_events_are_one_click_away_with_what_was_answered(client):
    found = page(client, "result", **WHO, **PATENT).content.decode()
    link = re.search(r'href="([^"]*event=madrid)"', found)[1].replace("&amp;", "&")
    asked = client.get(link).content.decode()
    assert 'value="2025-05-10"' in asked
    assert 'name="madrid-registered_on"' in asked


def test_a_signed_in_applicant_finds_its_profile_filled_in(client):
    client.force_login(make_member(ApplicantFactory(individual=True)))
    start = page(client, "start").content.decode()
    assert '<option value="individual" selected>' in start
    assert '<option value="320211" selected>' in start


def test_an_official_is_not_asked_to_claim(client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    client.force_login(make_official(Role.CITY_OFFICER, wuxi()))
    assert "申报：发明专利授权奖补" not in text_of(page(client, "result", **WHO, **PATENT))


def test_what_the_district_set_for_the_day_is_in_the_sum(client):
    item = SupportItem.objects.get(code="sz2021-01-madrid")
    asked = {"kind": "enterprise", "region": "320506", "event": "madrid", "madrid-registered_on": "2022-05-01"}
    assert "金额由区规定" in text_of(page(client, "result", **asked))
    first, second = (make_official(Role.POLICY_ADMIN, suzhou()) for _ in range(2))
    place = Region.objects.get(pk="320506")
    plan = RatePlan(
        item=item, region=place, unit_amount=Decimal(3000), valid_from=date(2022, 1, 1), source="吴知〔2022〕1号"
    )
    confirm_rate(propose_rate(plan, key=uuid.uuid4(), act=act(first)).pk, act=act(second))
    assert "3,000.00 元" in text_of(page(client, "result", **asked))
    assert "金额由区规定" in text_of(page(client, "result", **asked | {"madrid-registered_on": "2021-05-01"}))


def test_nothing_is_stored(client):
    def rows():
        return {model: model._base_manager.count() for model in apps.get_models()}

    before = rows()
    page(client, "result", **WHO, **PATENT)
    assert rows() == before


def test_a_result_costs_the_same_for_one_event_and_for_many(client, django_assert_max_num_queries):
    page(client, "result", **WHO, **PATENT)  # compiles
    for events in (["patent", "gi"], ["patent", "loan", "gi", "title", "case"]):
        with django_assert_max_num_queries(5):
            page(client, "result", **WHO, **PATENT | {"event": events})


@pytest.mark.postgres
def test_a_result_asked_for_again_is_kept_until_policy_call_or_rate_changes(client, django_assert_num_queries):
    before = text_of(page(client, "result", **WHO, **PATENT))
    with django_assert_num_queries(1):
        assert text_of(page(client, "result", **WHO, **PATENT)) == before
    open_call(SupportItem.objects.get(code="wx2020-01-inv"))
    assert "正在申报" in text_of(page(client, "result", **WHO, **PATENT))
    SupportItem.objects.filter(code="wx2020-01-inv").update(title="改过的名称")
    assert "申报：改过的名称" in text_of(page(client, "result", **WHO, **PATENT)).replace(" ", "")
    client.force_login(make_official(Role.CITY_OFFICER, wuxi()))
    assert "申报：改过的名称" not in text_of(page(client, "result", **WHO, **PATENT)).replace(" ", "")


def test_ticking_everything_and_endless_values_still_give_a_page(client):
    codes = [event.code for event in events_of(v[-1] for v in load_catalogue().items.values())]
    data = {**WHO, "event": codes, "pick": ["x" * 500] * 50, "patent-fees": "9" * 5000, "patent-granted_on": "\0"}
    assert page(client, "result", **data).status_code == 400  # for its NUL


NAMES = ["event", "pick", "patent-fees", "patent-granted_on", "loan-repaid_on", "action", "certificate-evaluation"]
VALUES = ["patent", "loan", "certificate", "2025-01-01", "100", "rows:loan-", "excellent"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES) | st.text(max_size=30)),
    kind=st.sampled_from(["enterprise", "individual", "financial", ""]),
)
def test_any_answers_give_a_page(client, data, kind):
    for step in ("events", "facts", "result"):
        assert page(client, step, kind=kind, region="320211", **data).status_code in (200, 400, 422)


def test_an_open_call_leads_to_the_claim(client):
    call = open_call(SupportItem.objects.get(code="wx2020-01-inv"))
    found = page(client, "result", **WHO, **PATENT)
    assert "正在申报" in text_of(found)
    assert call.title in text_of(found)
    assert f'href="{reverse("applications:new", args=["wx2020-01-inv"])}?' in found.content.decode()


def test_a_call_to_come_is_announced(client):
    now = timezone.now()
    call = open_call(SupportItem.objects.get(code="wx2020-01-inv"))
    Call.objects.filter(pk=call.pk).update(opens_at=now + timedelta(days=3), closes_at=now + timedelta(days=30))
    assert "即将开放" in text_of(page(client, "result", **WHO, **PATENT))


def test_the_call_is_that_which_takes_the_day_and_a_projects_ceiling_is_no_computed_sum(client):
    item = SupportItem.objects.get(code="wx2020-01-inv")
    Call.objects.all().delete()
    CallFactory(title="第二批", facts_from=date(2025, 1, 1), facts_to=date(2025, 10, 1), items=[item])
    opens = timezone.now() + timedelta(days=40)
    CallFactory(title="第三批", opens_at=opens, facts_from=date(2025, 10, 1), facts_to=date(2026, 1, 1), items=[item])
    for day, title, other in (("2025-05-10", "第二批", "第三批"), ("2025-10-15", "第三批", "第二批")):
        found = page(client, "result", **WHO, **PATENT | {"patent-granted_on": day}).content.decode()
        assert title in found
        assert other not in found
        typed = {"lines": "1", "kind": "enterprise", "line-0-granted_on": day, "line-0-fees": "100"}
        typed |= {"line-0-patent_kind": "invention"}
        assert title in client.post(reverse("policies:calculator", args=[item.code]), typed).content.decode()
    ceiling = client.post(
        reverse("policies:calculator", args=["wx2020-08-cluster"]),
        {"lines": "1", "kind": "enterprise", "line-0-approved_on": "2021-05-10"},
    ).content.decode()
    assert "20,000,000.00" in ceiling
    assert "最高" in ceiling
    assert "测算金额</" not in ceiling
    for asked in ("requested", "budget", "stage"):
        assert f'name="line-0-{asked}"' in ceiling
