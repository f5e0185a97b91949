"""What the tests of targets start from."""

import pytest

from tests.review.targets.worlds import FEW, Desk, publish_targets


@pytest.fixture
def desk(db, settings) -> Desk:
    """Targets of every kind published, and somebody of each duty and place."""
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    publish_targets(*FEW)
    return Desk()
