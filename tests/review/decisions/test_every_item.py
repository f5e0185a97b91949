"""Every item that can be claimed comes to a good end: money approved, or a title recognised."""

from datetime import timedelta
from decimal import Decimal

import pytest

from applications.claims.enums import ClaimStatus, Route
from applications.claims.models import ClaimLine
from policies.engine import load_catalogue
from policies.facts.values import facts_of, read_facts, subject_key, takes_decided_sum
from policies.published.models import SupportItem
from policies.published.selectors import item_version_for
from portal.accounts.enums import ApplicantKind, Role
from review.decisions.services.decisions import Minutes, confirm_district_review, support_claim
from review.decisions.services.publicity import PublicityPlan, approve_list, publish_claims
from review.decisions.services.sums import LineSum
from tests.applications.worlds import publish
from tests.factories import ApplicantFactory, ClaimFactory, act, binhu, make_official, make_patent_no, wuxi
from tests.review.worlds import MINUTES, again, answer_findings, expected, on

pytestmark = pytest.mark.slow

DOCUMENTS = ("wx2020", "bh2024")
SETTING = Minutes(MINUTES.number, MINUTES.date, "专题会议纪要〔2026〕12号")
DAY = "2026-03-01"
BY_TYPE = {"money": "20000", "integer": "8", "number": "8", "date": DAY, "boolean": "是"}
BY_NAME = {
    "pledged_on": "2025-01-04",
    "drawn_on": "2025-01-10",
    "interest_payments": [{"paid_on": "2025-06-20", "amount": "60000"}],
    "subsidised_before": "",
    "paid_item_before": "",
    "fees_total": "",
}
CLAIMABLE = sorted(
    versions[-1].id
    for versions in load_catalogue().items.values()
    if versions[-1].claimable and versions[-1].document_id in DOCUMENTS
)


def plausible(item, number):
    """Facts under which the item's own conditions hold, of a patent that no other claim here is about."""
    conditions = [each for each in item.content["conditions"] if "in" in (each["test"] or {})]
    wanted = {each["field"]: each["test"]["in"][0] for each in conditions}
    given = {}
    named = BY_NAME | {"patent_no": make_patent_no(number)}
    for fact in facts_of(item):
        choice = fact.choices[0][0] if fact.choices else BY_TYPE.get(fact.type, f"示例 {number}")
        given[fact.name] = wanted.get(fact.name) or named.get(fact.name, choice)
    return read_facts(facts_of(item), given).values


def on_first_desk(item, number):
    """A submitted claim of the item by somebody it is for, as it lies before the district's first officer."""
    row = SupportItem.objects.get(code=item.id)
    kinds = [kind for kind in item.beneficiaries if kind in ApplicantKind.values and kind != ApplicantKind.INDIVIDUAL]
    claim = ClaimFactory(
        applicant=ApplicantFactory(kind=kinds[0] if kinds else ApplicantKind.ENTERPRISE, region=binhu()),
        version=item_version_for(row, MINUTES.date),
        status=ClaimStatus.DISTRICT_REVIEW,
        route=item.route,
        lines=0,
    )
    values = plausible(item, number)
    ClaimLine.objects.create(claim=claim, position=1, facts=values, subject_key=subject_key(item, values))
    return claim


@pytest.fixture
def decider(office):
    return {Route.CITY: office.decider, Route.DISTRICT: make_official(Role.DECISION_MAKER, binhu())}


def test_every_claimable_item_ends_approved_or_recognised(office, decider):
    publish(*DOCUMENTS)
    catalogue = load_catalogue()
    claims = []
    for number, code in enumerate(CLAIMABLE):
        item = catalogue.items[code][-1]
        claim = on_first_desk(item, number)
        proposed = LineSum(Decimal("5000.00"), "比照同类事项，按规模核定")
        sums = {claim.lines.get().pk: proposed} if takes_decided_sum(item) else None
        answer_findings(claim, office.first)
        support_claim(claim.pk, expected=expected(claim), sums=sums, act=act(office.first))
        confirm_district_review(claim.pk, expected=expected(claim), act=act(office.second))
        if claim.route == Route.CITY:
            support_claim(claim.pk, expected=expected(claim), act=act(office.city))
        support_claim(claim.pk, expected=expected(claim), minutes=SETTING, act=act(decider[claim.route]))
        claims.append(claim)
    plan = PublicityPlan(title="公示", starts_on=MINUTES.date, workdays=5, contact="电话")
    for route, region, officer, approver in (
        (Route.CITY, wuxi(), office.city, office.decider),
        (Route.DISTRICT, binhu(), decider[Route.DISTRICT], office.second),
    ):
        theirs = [claim.pk for claim in claims if claim.route == route]
        listed = publish_claims(region, claim_ids=theirs, plan=plan, act=on(MINUTES.date, officer))
        outcomes = approve_list(listed, act=on(listed.ends_on + timedelta(days=1), approver))
        assert [outcome.problem for outcome in outcomes] == [""] * len(theirs)
    for claim in map(again, claims):
        recognises = claim.item.kind == "recognition"
        assert claim.status == (ClaimStatus.RECOGNISED if recognises else ClaimStatus.APPROVED), claim.item.code
        assert bool(claim.approved_title) is recognises, claim.item.code
        assert bool(claim.approved_amount) is not recognises, claim.item.code
