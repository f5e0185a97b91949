"""What the tests of the review start from."""

import pytest

from tests.review.worlds import open_office


@pytest.fixture
def office(db, settings, tmp_path):
    """One official for each duty; uploads go to a directory of the test's own."""
    settings.PRIVATE_DIR = tmp_path
    return open_office()
