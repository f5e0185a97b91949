"""Verification over the interface: what the public page says, and no more."""

import pytest
from django.core.cache import cache

from review.notices.models import Notice
from tests.access_world import build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice() -> Notice:
    cache.clear()
    return build_world().extra["notice"]


def test_a_code_brings_number_day_sum_and_the_state_of_the_file(client, notice):
    assert client.get(f"/api/v1/notices/{notice.code}").json() == {
        "number": notice.number,
        "kind": "grant",
        "region": "320200",
        "issued_on": notice.issued_on.isoformat(),
        "amount": "5000.00",
        "recognised": "",
        "state": "pending",
        "replaced_by": "",
        "file_state": "pending",
        "sha256": "",
    }


def test_spaces_hyphens_and_case_of_a_code_do_not_count(client, notice):
    typed = f"{notice.code[:5].lower()}-{notice.code[5:10]} {notice.code[10:]}"
    assert client.get(f"/api/v1/notices/{typed}").json()["number"] == notice.number


def test_nobody_is_named(client, notice):
    answer = client.get(f"/api/v1/notices/{notice.code}").content.decode()
    assert notice.claim.applicant.name not in answer
    assert notice.claim.applicant.uscc not in answer


@pytest.mark.parametrize(("code", "status"), [("NOSUCHCODE", 404), ("A%00B", 422), ("A" * 41, 422)])
def test_a_code_that_was_never_given_out_is_absent(client, notice, code, status):
    answer = client.get(f"/api/v1/notices/{code}")
    assert answer.status_code == status
    assert answer.json()["error"]
