"""A draft with a head only, and the officer who writes in it."""

import uuid

import pytest

from policies.drafting.services.drafts import start_draft
from portal.accounts.enums import Role
from tests.factories import act, make_official, wuxi


@pytest.fixture
def officer(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    return make_official(Role.POLICY_ADMIN, wuxi())


@pytest.fixture
def draft(officer):
    """A draft of a new document with a head only."""
    return start_draft(None, key=uuid.uuid4(), title="新政策", code="wx2030", act=act(officer))


@pytest.fixture
def writer(client, officer):
    client.force_login(officer)
    return client
