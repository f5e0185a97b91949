"""What the tests of calls share."""

import pytest

from policies.published.models import SupportItem
from portal.accounts.enums import Role
from tests.factories import binhu, make_official, publish_items, wuxi
from tests.policies.calls.worlds import ITEMS


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    """Every test keeps its files to itself, and no official is sent to set up a second factor."""
    settings.PRIVATE_DIR = tmp_path / "private"
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    return settings.PRIVATE_DIR


@pytest.fixture
def items(db):
    """Two published items of Wuxi, in no call yet."""
    binhu()
    publish_items(*ITEMS, opened=False)
    return list(SupportItem.objects.filter(code__in=ITEMS).order_by("position"))


@pytest.fixture
def admin(db):
    """Wuxi's policy administrator."""
    return make_official(Role.POLICY_ADMIN, wuxi())
