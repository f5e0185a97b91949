"""Words that the database and the engine both know have the same values."""

from policies.engine import APPLICANT_KINDS, DOCUMENT_STATUSES
from policies.published.enums import DocumentStatus
from portal.accounts.enums import ApplicantKind


def test_every_kind_of_applicant_is_one_that_the_engine_knows():
    assert set(ApplicantKind.values) <= set(APPLICANT_KINDS)


def test_a_document_has_the_states_that_the_engine_knows():
    assert set(DocumentStatus.values) == set(DOCUMENT_STATUSES)
