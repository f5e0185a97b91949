"""Claims over the interface: exactly those that the token's owner sees on the pages."""

import pytest
from django.core.cache import cache

from applications.claims.api import PAGE_SIZE
from applications.claims.enums import ClaimStatus
from portal.api.services import create_token
from tests.access_groups import OFFICERS_SEE
from tests.access_world import CLAIMANTS, PEOPLE, build_world
from tests.factories import ApplicantFactory, ClaimFactory, act, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_earlier_requests(settings):
    cache.clear()
    settings.API_REQUESTS_PER_MINUTE = settings.API_ANONYMOUS_REQUESTS_PER_MINUTE = 10_000


def headers_of(user) -> dict[str, str]:
    _, secret = create_token(user, label="同步", act=act(user))
    return {"Authorization": f"Bearer {secret}"}


def test_each_person_reads_what_they_may_see_and_nothing_else(client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    world = build_world()
    for who in PEOPLE:
        if who == "stranger":
            continue
        headers = headers_of(world.people[who])
        answer = client.get("/api/v1/claims", headers=headers)
        if answer.status_code == 401:
            assert who in {"inactive", "revoked"}
            continue
        listed = {row["key"] for row in answer.json()["claims"]}
        for state, claim in world.claims.items():
            may = who in OFFICERS_SEE[state] | CLAIMANTS
            answer = client.get(f"/api/v1/claims/{claim.key}", headers=headers)
            assert answer.status_code == (200 if may else 404), f"{who} reads {state}"
            assert (str(claim.key) in listed) is may, f"{who} lists {state}"


def test_nobody_changes_anything_through_the_interface(client):
    world = build_world()
    headers = headers_of(world.people["decision_maker"])
    for address in ("/api/v1/claims", f"/api/v1/claims/{world.claims['submitted'].key}"):
        for method in (client.post, client.put, client.patch, client.delete):
            assert method(address, headers=headers).status_code == 405


def test_a_claim_says_where_it_stands_in_the_applicants_words(client):
    applicant = ApplicantFactory()
    member = make_member(applicant)
    claim = ClaimFactory(applicant=applicant, created_by=member, status=ClaimStatus.APPROVED)
    found = client.get(f"/api/v1/claims/{claim.key}", headers=headers_of(member)).json()
    assert found["number"] == claim.number
    assert found["item"] == claim.item.code
    assert found["applicant"] == applicant.name
    assert (found["status"], found["status_text"]) == ("approved", "已批准，等待拨付")
    assert found["approved_amount"] == f"{claim.approved_amount:.2f}"


def test_pages_follow_each_other_without_gap_or_repetition(client, django_assert_max_num_queries):
    applicant = ApplicantFactory()
    member = make_member(applicant)
    keys = [str(ClaimFactory(applicant=applicant, created_by=member).key) for _ in range(PAGE_SIZE + 3)]
    headers = headers_of(member)
    with django_assert_max_num_queries(6):
        first = client.get("/api/v1/claims", headers=headers).json()
    second = client.get("/api/v1/claims", {"before": first["next"]}, headers=headers).json()
    assert [row["key"] for row in first["claims"] + second["claims"]] == keys[::-1]
    assert len(first["claims"]) == PAGE_SIZE
    assert second["next"] is None


@pytest.mark.parametrize(
    ("address", "field"),
    [("/api/v1/claims/no-key", "key"), ("/api/v1/claims?before=0", "before"), ("/api/v1/claims?before=x", "before")],
)
def test_a_parameter_that_cannot_be_read_is_named(client, address, field):
    answer = client.get(address, headers=headers_of(make_member()))
    assert answer.status_code == 422
    assert answer.json()["field"] == field
