import pytest

from policies.engine import load_catalogue
from policies.engine.loader import CATALOGUE
from policies.published.services import publish_catalogue
from tests.factories import (
    act,
)


@pytest.fixture(autouse=True)
def no_second_factor(settings) -> None:
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture
def catalogue() -> None:
    publish_catalogue(act(), catalogue=load_catalogue([CATALOGUE / "wx2020.yaml", CATALOGUE / "lyg.yaml"]))
