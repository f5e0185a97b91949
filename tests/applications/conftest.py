"""What the tests of claims share."""

import pytest


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    """Every test keeps its files to itself."""
    settings.PRIVATE_DIR = tmp_path / "private"
    return settings.PRIVATE_DIR
