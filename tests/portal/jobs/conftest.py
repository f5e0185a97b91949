import pytest

from portal.jobs.kinds import JOB_KINDS
from tests.portal.jobs.handlers import CALLS, KINDS


@pytest.fixture(autouse=True)
def _kinds(settings, monkeypatch):
    """Jobs of kinds that only tests know."""
    for code, kind in KINDS.items():
        monkeypatch.setitem(JOB_KINDS, code, kind)
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
