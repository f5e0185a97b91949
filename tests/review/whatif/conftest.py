"""What the pages of simulations are tested with."""

import pytest

from tests.factories import binhu, publish_documents
from tests.review.whatif.worlds import simulator
from tests.review.worlds import publish_items


@pytest.fixture(autouse=True)
def _one_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture
def user(client):
    """Somebody of Wuxi signed in, with the few items that claims here are about."""
    binhu()
    publish_items()
    user = simulator()
    client.force_login(user)
    return user


@pytest.fixture
def whole(user):
    """The whole catalogue with its documents."""
    publish_documents()
