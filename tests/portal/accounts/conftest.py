"""What tests about people share."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from portal.accounts.models import User


@pytest.fixture(autouse=True)
def _no_attempts_counted():
    """Start every test with no attempts counted: the limits live in the cache, which no transaction takes back."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def signed_in(db) -> Callable[[User], Client]:
    """A browser in which this person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def no_second_factor(settings) -> None:
    """Officials go straight to their pages, as in the demonstration."""
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
