import pytest

from tests.portal.jobs.handlers import CALLS
from tests.portal.jobs.names import HANDLERS


@pytest.fixture(autouse=True)
def _handlers(settings):
    """Jobs of kinds that only tests know."""
    settings.JOB_HANDLERS = settings.JOB_HANDLERS | HANDLERS
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    CALLS.clear()


@pytest.fixture
def worker_environment() -> dict[str, str]:
    return {"DJANGO_SETTINGS_MODULE": "tests.portal.jobs.worker_settings"}


@pytest.fixture
def sent(monkeypatch) -> list[int]:
    """Ids of the jobs that a message went out for, instead of a broker."""
    ids: list[int] = []
    monkeypatch.setattr("portal.jobs.services.current_app.send_task", lambda _name, args, **_: ids.extend(args))
    return ids
