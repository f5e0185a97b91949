import pytest

from tests.factories import (
    publish_documents,
)


@pytest.fixture(autouse=True)
def no_second_factor(settings) -> None:
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture
def catalogue() -> None:
    publish_documents("wx2020", "lyg")
