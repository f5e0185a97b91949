"""What districts set where a document leaves it to them: entered, confirmed by another, dated, asked of the engine."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from policies.engine import assess, load_catalogue
from policies.published.models import SupportItem
from policies.rates.enums import RateState
from policies.rates.models import DistrictRate
from policies.rates.selectors import Rates, rateable_items, with_rates
from policies.rates.services import RatePlan, confirm_rate, propose_rate, refuse_rate
from portal.accounts.enums import RegionLevel, Role
from portal.core.errors import RefusedError
from tests.factories import act, make_official, make_region, publish_items, suzhou, wuxi

pytestmark = pytest.mark.django_db
BUY, FIRST = "sz2021-07-buy", "sz2021-01-first"


@pytest.fixture(autouse=True)
def _published(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    suzhou()
    publish_items(FIRST, BUY, "wx2020-01-inv")


def wuzhong():
    return make_region("320506", "吴中区", RegionLevel.DISTRICT, suzhou())


@pytest.fixture
def first():
    return make_official(Role.POLICY_ADMIN, suzhou())


@pytest.fixture
def second():
    return make_official(Role.POLICY_ADMIN, suzhou())


def plan(code: str = BUY, **said) -> RatePlan:
    item = SupportItem.objects.select_related("document__region").get(code=code)
    what = {"ratio": "15%"} if code == BUY else {"unit_amount": Decimal("20000.00")}
    said = {"region": wuzhong(), "valid_from": date(2022, 1, 1), "source": "吴知〔2022〕1号第三条"} | what | said
    return RatePlan(item=item, **said)


def confirmed(first, second, code: str = BUY, **said) -> DistrictRate:
    rate = propose_rate(plan(code, **said), key=uuid.uuid4(), act=act(first))
    return confirm_rate(rate.pk, act=act(second))


def ask(code: str, line: dict[str, str], *, region=None) -> dict:
    """The engine's answer with the rates of a region put into the question."""
    catalogue, item = load_catalogue(), SupportItem.objects.get(code=code)
    rules = catalogue.items[code][0]
    question = {"item": code, "on": "2022-05-10", "applicant": {"kind": "enterprise"}, "lines": [line]}
    return assess(catalogue, with_rates(question, rules, Rates(item.pk, region or wuzhong()))).as_dict()


def test_only_items_that_leave_it_to_the_districts_take_rates():
    assert [item.code for item in rateable_items()] == [FIRST, BUY]


def test_a_confirmed_ratio_answers_what_the_document_leaves_open(first, second):
    line = {"transaction_amount": "1000.01", "signed_on": "2022-05-10"}
    assert ask(BUY, line)["outcome"] == "undetermined"
    confirmed(first, second)
    assert ask(BUY, line)["amount"] == "150.00"


def test_a_confirmed_sum_goes_before_what_was_typed(first, second):
    confirmed(first, second, FIRST)
    assert ask(FIRST, {"granted_on": "2022-05-10", "district_amount": "999999"})["amount"] == "20000.00"


@pytest.mark.parametrize(
    ("day", "amount"),
    [("2021-12-31", None), ("2022-01-01", "150.00"), ("2022-06-30", "150.00"), ("2022-07-01", "100.00")],
)
def test_the_day_of_the_fact_picks_the_rate(first, second, day, amount):
    confirmed(first, second)
    confirmed(first, second, ratio="10%", valid_from=date(2022, 7, 1))
    assert ask(BUY, {"transaction_amount": "1000", "signed_on": day})["amount"] == amount


def test_a_new_rate_ends_the_open_one_before_it_on_its_first_day(first, second):
    before = confirmed(first, second)
    confirmed(first, second, ratio="10%", valid_from=date(2022, 7, 1))
    before.refresh_from_db()
    assert before.valid_to == date(2022, 7, 1)


def test_a_district_without_a_rate_has_its_citys(first, second):
    confirmed(first, second, region=suzhou())
    line = {"transaction_amount": "1000", "signed_on": "2022-05-10"}
    assert ask(BUY, line)["amount"] == "150.00"
    confirmed(first, second, ratio="20%")
    assert ask(BUY, line)["amount"] == "200.00"


def test_two_rates_cannot_hold_on_one_day(first, second):
    confirmed(first, second, valid_to=date(2023, 1, 1))
    overlapping = propose_rate(plan(ratio="10%", valid_from=date(2022, 12, 31)), key=uuid.uuid4(), act=act(first))
    with pytest.raises(RefusedError, match="重叠"):
        confirm_rate(overlapping.pk, act=act(second))
    overlapping.refresh_from_db()
    assert overlapping.state == RateState.PROPOSED
    confirmed(first, second, ratio="10%", valid_from=date(2023, 1, 1))


def test_nobody_confirms_or_refuses_ones_own_entry(first):
    rate = propose_rate(plan(), key=uuid.uuid4(), act=act(first))
    with pytest.raises(RefusedError, match="另一位"):
        confirm_rate(rate.pk, act=act(first))
    with pytest.raises(RefusedError, match="另一位"):
        refuse_rate(rate.pk, reason="有误", act=act(first))
    with pytest.raises(IntegrityError), transaction.atomic():
        DistrictRate.objects.filter(pk=rate.pk).update(
            state=RateState.CONFIRMED, decided_by=first, decided_at=rate.proposed_at
        )


def test_a_rate_is_decided_once(first, second):
    rate = confirmed(first, second)
    with pytest.raises(RefusedError, match="已办理"):
        refuse_rate(rate.pk, reason="有误", act=act(second))


def test_a_confirmed_rate_cannot_be_rewritten_by_anybody(first, second):
    rate = confirmed(first, second)
    with pytest.raises(IntegrityError), transaction.atomic():
        DistrictRate.objects.filter(pk=rate.pk).update(ratio="90%")
    with pytest.raises(IntegrityError), transaction.atomic():
        rate.delete()


def test_an_administrator_of_another_city_neither_enters_nor_confirms(first):
    stranger = make_official(Role.POLICY_ADMIN, wuxi())
    with pytest.raises(PermissionDenied):
        propose_rate(plan(), key=uuid.uuid4(), act=act(stranger))
    rate = propose_rate(plan(), key=uuid.uuid4(), act=act(first))
    with pytest.raises(PermissionDenied):
        confirm_rate(rate.pk, act=act(stranger))
    assert list(DistrictRate.objects.values_list("state", flat=True)) == [RateState.PROPOSED]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"ratio": ""}, "unit_amount"),
        ({"ratio": "15%", "unit_amount": Decimal("1.00")}, "unit_amount"),
        ({"ratio": "", "unit_amount": Decimal("0.00")}, "unit_amount"),
        ({"ratio": "120%"}, "ratio"),
        ({"ratio": "一成"}, "ratio"),
        ({"valid_to": date(2022, 1, 1)}, "last_day"),
        ({"region": "wuxi"}, "region"),
    ],
)
def test_a_rate_that_cannot_be_is_refused_at_its_field(first, said, field):
    if said.get("region"):
        said = {"region": wuxi()}
        first = make_official(Role.POLICY_ADMIN, wuxi())
    with pytest.raises(RefusedError) as refused:
        propose_rate(plan(**said), key=uuid.uuid4(), act=act(first))
    assert refused.value.field == field
    assert not DistrictRate.objects.exists()


def test_entering_and_confirming_in_the_browser(client, first, second):
    client.force_login(first)
    typed = {
        "key": str(uuid.uuid4()),
        "item": SupportItem.objects.get(code=BUY).pk,
        "region": wuzhong().pk,
        "ratio": "15",
        "valid_from": "2022-01-01",
        "last_day": "2022-12-31",
        "source": "吴知〔2022〕1号第三条",
    }
    page = client.post(reverse("rates:work"), typed)
    assert page.status_code == 422
    assert "15% 或 1/3" in page.content.decode()
    assert "吴知〔2022〕1号第三条" in page.content.decode()
    for _ in range(2):  # a double click is one rate
        assert client.post(reverse("rates:work"), typed | {"ratio": "15%"}).status_code == 302
    rate = DistrictRate.objects.get()
    assert rate.valid_to == date(2023, 1, 1)
    assert "请另一位政策管理人员确认" in client.get(reverse("rates:work")).content.decode()
    client.force_login(second)
    client.post(reverse("rates:decide", args=[rate.key]), {"decision": "refuse"})
    rate.refresh_from_db()
    assert rate.state == RateState.PROPOSED  # no reason, no refusal
    client.post(reverse("rates:decide", args=[rate.key]), {"decision": "confirm"})
    client.logout()
    assert "吴知〔2022〕1号" in client.get(reverse("rates:list")).content.decode()
    assert "吴知〔2022〕1号" in client.get(reverse("policies:item", args=[BUY])).content.decode()


def test_the_calculator_takes_the_chosen_districts_rate(client, first, second):
    confirmed(first, second)
    typed = {"kind": "enterprise", "lines": "1", "line-0-signed_on": "2022-05-10", "line-0-transaction_amount": "1000"}
    address = reverse("policies:calculator", args=[BUY])
    assert "150.00" not in client.post(address, typed).content.decode()
    assert "150.00" in client.post(address, typed | {"region": wuzhong().pk}).content.decode()


def test_a_page_of_rates_costs_the_same_however_many_there_are(client, first, second, django_assert_num_queries):
    for year in (2021, 2022, 2023):
        confirmed(first, second, valid_from=date(year, 1, 1), valid_to=date(year + 1, 1, 1))
        with django_assert_num_queries(2):
            client.get(reverse("rates:list"))
