"""What tests of ownership share."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _alone(settings, tmp_path):
    """A store of one's own, no attempts counted, and officials without a second factor."""
    settings.PRIVATE_DIR = tmp_path
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    cache.clear()
