"""Suggestions: what is held, put to the engine; what was claimed, refused or paid before is left out."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.ledger.keys import Party, uses_of
from applications.ledger.services import reserve_limits
from applications.rights.models import Right
from applications.rights.selectors import right_kinds
from applications.rights.services import record_many
from applications.rights.suggestions import suggestions_for
from policies.calls.models import Call, CallItem
from policies.engine import assess
from policies.engine.buckets import Granted, bucket_entries, program_asked
from policies.published.models import ItemVersion, SupportItem
from policies.published.selectors import catalogue_for
from portal.core.money import to_fen
from tests.applications.worlds import publish
from tests.cpu import cpu_limit
from tests.factories import ApplicantFactory, CallFactory, ClaimFactory, act, make_member, make_patent_no, suzhou

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    publish()
    return make_member(ApplicantFactory())


@pytest.fixture
def applicant(member):
    return member.memberships.get().applicant


def hold(member, code: str, *rows, item_code: str = "") -> None:
    applicant = member.memberships.get().applicant
    record_many(applicant, rows=[(right_kinds()[code], row, item_code) for row in rows], act=act(member))


def patent(number: int, **facts):
    right = make_patent_no(number, kind=3 if facts.get("patent_kind") == "design" else 1)
    return {"patent_no": right, "granted_on": "2025-05-10", "patent_kind": "invention", "fees": "6200"} | facts


def suggested(user) -> dict[str, Decimal | None]:
    return {s.entry.item.code: s.amount for s in suggestions_for(user, at=timezone.now()).found}


def test_rights_bring_the_items_they_are_for_with_the_sum_for_all_of_them(member):
    hold(member, "patent", patent(1), patent(2, fees="3000"), patent(3, patent_kind="design", fees="900"))
    hold(member, "certificate", {"certificate_no": "165IP180001R0M", "certified_on": "2025-03-01"})
    assert suggested(member) == {
        "wx2020-01-inv": Decimal("8000.00"),
        "wx2020-01-design": Decimal("500.00"),
        "wx2020-04-gb": Decimal("50000.00"),
        "wx2020-04-excel": Decimal("200000.00"),
    }


def test_an_empty_register_and_one_without_a_match_are_told_apart(member):
    nothing = suggestions_for(member, at=timezone.now())
    assert (nothing.found, nothing.is_register_empty) == ([], True)
    hold(member, "patent", patent(1, granted_on="2019-01-01"))
    old = suggestions_for(member, at=timezone.now())
    assert (old.found, old.is_register_empty) == ([], False)


def test_what_is_claimed_already_even_in_a_draft_is_not_suggested_again(member, applicant):
    hold(member, "patent", patent(1), patent(2, fees="3000"))
    version = ItemVersion.objects.get(item__code="wx2020-01-inv")
    ClaimFactory(applicant=applicant, version=version, created_by=member, status=ClaimStatus.DRAFT, lines=0)
    claim = Claim.objects.get()
    claim.lines.create(position=1, facts=patent(1))
    assert suggested(member) == {"wx2020-01-inv": Decimal("3000.00")}
    Claim.objects.update(status=ClaimStatus.WITHDRAWN)
    assert suggested(member) == {"wx2020-01-inv": Decimal("8000.00")}


def test_a_line_of_one_item_is_suggested_for_another_that_rewards_the_same(member, applicant):
    version = ItemVersion.objects.get(item__code="wx2020-04-gb")
    claim = ClaimFactory(applicant=applicant, version=version, created_by=member, lines=0)
    claim.lines.create(position=1, facts={"certificate_no": "165IP180001R0M", "certified_on": "2025-03-01"})
    assert set(suggested(member)) == {"wx2020-04-excel"}


def test_a_value_that_is_half_typed_in_a_correction_breaks_nothing(member, applicant):
    version = ItemVersion.objects.get(item__code="wx2020-04-gb")
    claim = ClaimFactory(
        applicant=applicant, version=version, created_by=member, lines=0, status=ClaimStatus.CORRECTION
    )
    claim.lines.create(
        position=1, facts={"certificate_no": "165IP180001R0M", "certified_on": "2025-13-", "valid_to": "?"}
    )
    assert set(suggested(member)) == {"wx2020-04-excel"}


def test_who_or_where_it_is_not_for_is_not_suggested_anything():
    publish()
    person = make_member(ApplicantFactory(individual=True))
    hold(person, "loan", {"contract_no": "锡银借字1号", "repaid_on": "2025-06-01"})
    assert suggested(person) == {}
    outside = make_member(ApplicantFactory(region=suzhou()))
    hold(outside, "patent", patent(1))
    assert suggested(outside) == {}


def test_an_individual_sees_its_half(member):
    person = make_member(ApplicantFactory(individual=True))
    hold(person, "patent", patent(1))
    assert suggested(person) == {"wx2020-01-inv": Decimal("2500.00")}


def test_a_fact_that_is_missing_is_named_and_the_rest_is_still_summed(member):
    hold(member, "patent", patent(1), patent(2, fees=""))
    (one,) = suggestions_for(member, at=timezone.now()).found
    assert one.amount == Decimal("5000.00")
    assert one.missing == ["费用合计"]
    assert (len(one.holdings), len(one.assessed)) == (2, 1)


def test_titles_are_suggested_only_for_the_item_they_are_said_to_be(member):
    facts = {"gi_no": "GI2025001", "registered_on": "2025-02-02"}
    hold(member, "gi", facts)
    assert suggested(member) == {}
    Right.objects.update(item_code="wx2020-15-gitm")
    assert set(suggested(member)) == {"wx2020-15-gitm"}


def test_what_the_ledger_paid_before_is_taken_off_and_a_used_up_cap_is_not_suggested(member, applicant):
    fee = {"patent_no": make_patent_no(1), "fee_year": "8", "paid_on": "2025-03-01", "fees": "1500"}
    hold(member, "annual-fee", fee)
    assert suggested(member) == {"wx2020-01-maint": Decimal("1500.00")}
    version = ItemVersion.objects.get(item__code="wx2020-01-maint")
    party = Party(applicant.pk, "320200", timezone.localdate().year)

    def pay(yuan: str) -> None:
        claim = ClaimFactory(applicant=applicant, version=version, created_by=member, lines=0)
        question = {
            "item": "wx2020-01-maint",
            "on": "2025-04-01",
            "applicant": {"kind": applicant.kind},
            "lines": [fee | {"fees": yuan}],
        }
        catalogue = catalogue_for(version)
        answer, rules = assess(catalogue, question).as_dict(), program_asked(catalogue, question)
        entries = bucket_entries(rules, answer, [Granted(make_patent_no(1).replace(".", ""), to_fen(yuan))])
        reserve_limits(claim, uses=uses_of(entries, party, title="维持"), act=act(member))

    pay("1200.00")
    assert suggested(member) == {"wx2020-01-maint": Decimal("800.00")}
    pay("800.00")
    assert suggested(member) == {}


def test_what_is_open_comes_first_then_what_will_be_then_the_larger_sum(member):
    hold(member, "patent", patent(1))
    hold(member, "insurance", {"policy_no": "BD2025001", "signed_on": "2025-06-01", "premium": "3000"})
    hold(member, "certificate", {"certificate_no": "165IP180001R0M", "certified_on": "2025-03-01"})
    # The evaluation is not on record: what depends on it comes last.
    assert list(suggested(member)) == ["wx2020-04-gb", "wx2020-01-inv", "wx2020-06-ins", "wx2020-04-excel"]
    assert suggestions_for(member, at=timezone.now()).found[-1].guesses == ["省绩效评价结果"]
    CallItem.objects.exclude(item__code="wx2020-06-ins").delete()
    first = suggestions_for(member, at=timezone.now()).found[0]
    assert first.entry.item.code == "wx2020-06-ins"
    assert first.call is not None


def test_facts_outside_an_open_calls_window_are_left_for_another_call(member):
    hold(member, "patent", patent(1), patent(2, granted_on="2024-12-31"))
    Call.objects.update(facts_from=date(2025, 1, 1), facts_to=date(2026, 1, 1))
    assert suggested(member) == {"wx2020-01-inv": Decimal("5000.00")}


def test_what_only_a_later_call_takes_is_suggested_with_that_call(member):
    hold(member, "patent", patent(1, granted_on="2026-10-20"))
    Call.objects.update(facts_from=date(2025, 1, 1), facts_to=date(2026, 10, 1))
    item = SupportItem.objects.get(code="wx2020-01-inv")
    opens = timezone.now() + timedelta(days=40)
    later = CallFactory(
        title="第三批", opens_at=opens, facts_from=date(2026, 10, 1), facts_to=date(2027, 1, 1), items=[item]
    )
    [found] = suggestions_for(member, at=timezone.now()).found
    assert (found.call, found.next_call) == (None, later)
    assert found.amount == Decimal("5000.00")


# ---- a claim from them ----------------------------------------------------------------------------
def test_a_claim_begins_filled_in_and_a_double_click_is_one_claim(member, applicant, client):
    hold(member, "patent", patent(1), patent(2, fees="3000"))
    client.force_login(member)
    data = {"applicant": applicant.pk, "item": "wx2020-01-inv", "key": uuid.uuid4()}
    places = {client.post(reverse("rights:claim"), data)["Location"] for _ in range(2)}
    claim = Claim.objects.get()
    assert places == {reverse("applications:edit", args=[claim.key])}
    assert [line.facts["fees"] for line in claim.lines.order_by("position")] == ["6200.00", "3000.00"]
    assert suggested(member) == {}


def test_what_was_typed_since_is_not_overwritten_by_a_late_second_click(member, applicant, client):
    hold(member, "patent", patent(1))
    client.force_login(member)
    data = {"applicant": applicant.pk, "item": "wx2020-01-inv", "key": uuid.uuid4()}
    client.post(reverse("rights:claim"), data)
    Claim.objects.get().lines.update(facts={})
    client.post(reverse("rights:claim"), data)
    assert Claim.objects.get().lines.get().facts == {}


def test_without_an_open_call_the_reason_is_said_and_nothing_begins(member, applicant, client):
    hold(member, "patent", patent(1))
    CallItem.objects.all().delete()
    client.force_login(member)
    data = {"applicant": applicant.pk, "item": "wx2020-01-inv", "key": uuid.uuid4()}
    page = client.post(reverse("rights:claim"), data, follow=True).content.decode()
    assert "没有正在申报的通知" in page
    assert not Claim.objects.exists()


@pytest.mark.parametrize("change", [{"applicant": 0}, {"item": ""}, {"key": "x"}, {"item": "nothing"}])
def test_a_forged_button_begins_nothing(member, applicant, client, change):
    client.force_login(member)
    data = {"applicant": applicant.pk, "item": "wx2020-01-inv", "key": uuid.uuid4()} | change
    assert client.post(reverse("rights:claim"), data).status_code == 404
    assert not Claim.objects.exists()


# ---- cost -----------------------------------------------------------------------------------------
def test_five_hundred_rights_cost_as_many_queries_as_three_and_less_than_a_second(member, django_assert_num_queries):
    hold(member, "patent", *(patent(n) for n in range(1, 4)))
    member.active_memberships  # noqa: B018 - read once, outside what is counted
    suggested(member)
    with django_assert_num_queries(6):
        suggested(member)
    hold(member, "patent", *(patent(n) for n in range(4, 501)))
    with cpu_limit(1), django_assert_num_queries(6):
        found = suggested(member)
    assert found == {"wx2020-01-inv": Decimal(5000 * 500)}
