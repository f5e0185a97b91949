"""Words that the database and the engine both know are the same."""

from policies.engine import APPLICANT_KINDS, DOCUMENT_STATUSES
from policies.published.enums import DocumentStatus
from portal.accounts.enums import ApplicantKind


def test_every_kind_of_applicant_is_called_as_the_engine_calls_it():
    assert dict(ApplicantKind.choices).items() <= APPLICANT_KINDS.items()


def test_a_document_has_the_states_that_the_engine_knows():
    assert set(DocumentStatus.values) == set(DOCUMENT_STATUSES)
