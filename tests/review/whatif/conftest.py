"""What the pages of simulations are tested with."""

import pytest


@pytest.fixture(autouse=True)
def _one_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
