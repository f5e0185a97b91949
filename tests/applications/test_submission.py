"""Submitting and withdrawing."""

from decimal import Decimal

import pytest

from applications.enums import ClaimStatus
from applications.models import Claim, ClaimLine
from applications.services.submission import (
    AlreadySubmittedError,
    ClaimIncompleteError,
    submit_claim,
    withdraw_claim,
)
from portal.audit.models import AuditRecord
from tests.applications.worlds import loan_facts, patent_facts, ready_claim
from tests.factories import ApplicantFactory, act, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path


def submit(claim: Claim, member, **given):
    return submit_claim(claim, act=act(member), **({"revision": claim.revision, "commitment": True} | given))


def test_a_complete_claim_is_submitted_with_number_amount_rights_and_an_audit_record():
    member = make_member()
    claim = ready_claim(member, lines=[patent_facts(1), patent_facts(2, fees="3000.50")])
    done = submit(claim, member)
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.SUBMITTED
    assert claim.number == f"SB{claim.submitted_at.year}-0000001"
    assert claim.claimed_amount == Decimal("8000.50")
    assert list(claim.lines.values_list("assessed_amount", flat=True)) == [Decimal("5000.00"), Decimal("3000.50")]
    assert all(line.exclusive_key for line in claim.lines.all())
    assert done.assessment.answer["outcome"] == "payable"
    assert AuditRecord.objects.filter(action="claim.submit", target_id=str(claim.pk)).count() == 1
    assert member.portal_messages.filter(title__contains="申报已提交").count() == 1
