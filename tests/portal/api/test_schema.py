"""Whatever is sent, the interface answers as its own description says, and never breaks."""

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.api.services import create_token
from tests.factories import ClaimFactory, act, make_member, publish_documents, wuxi

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def interface(db, settings):
    """The description of the running interface, with claims, items and a token behind it."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.API_REQUESTS_PER_MINUTE = settings.API_ANONYMOUS_REQUESTS_PER_MINUTE = 1_000_000
    cache.clear()
    wuxi()
    publish_documents("wx2020")
    member = make_member()
    ClaimFactory(applicant=member.memberships.get().applicant, created_by=member)
    _, secret = create_token(member, label="同步", act=act(member))
    # A request's end would close the connection that holds the test's transaction.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    found = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    yield found, {"Authorization": f"Bearer {secret}"}
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def cases_of(operation):
    """Fit and unfit requests to one operation."""
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    return st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])


def test_every_operation_answers_as_described_whatever_is_sent(interface):
    found, token = interface
    tried = set()
    for result in found.get_all_operations():
        operation = result.ok()

        @settings(max_examples=15, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=cases_of(operation))
        def check(case):
            for headers in ({}, token):
                case.call_and_validate(headers=headers, checks=CHECKS)

        check()
        tried.add(operation.label)
    assert len(tried) == 8
