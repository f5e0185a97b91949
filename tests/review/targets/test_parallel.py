"""Two people at the same moment, on PostgreSQL: one value a day, one correction of a value, one report of a page."""

import threading
import uuid

import pytest
from django.db import connection

from portal.core.errors import RefusedError
from review.targets.enums import ProgressState
from review.targets.models import Measurement, ProgressEntry
from review.targets.services import correct_measurement
from tests.review.targets.worlds import FEW, Desk, acting, measured, progress, publish_targets, reading

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MANY = 6
NODES = "bh2024-t-nodes"


def at_once(deed) -> tuple[int, int]:
    """Run the deed in threads that start together; returns how many went through and how many were refused."""
    together = threading.Barrier(MANY)
    done: list[bool] = []
    surprises: list[BaseException] = []

    def run() -> None:
        try:
            together.wait(20)
            deed()
            done.append(True)
        except RefusedError:
            done.append(False)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            surprises.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert surprises == []
    return done.count(True), done.count(False)


@pytest.fixture
def user(settings):
    publish_targets(*FEW)
    return Desk().district


def test_one_day_gets_one_value(user):
    assert at_once(lambda: measured(user, NODES, 21)) == (1, MANY - 1)
    assert Measurement.objects.count() == 1


def test_one_value_gets_one_correction(user):
    row = measured(user, NODES, 21)

    def correct() -> None:
        correct_measurement(row.pk, reading(20), reason="复核", key=uuid.uuid4(), act=acting(user))

    assert at_once(correct) == (1, MANY - 1)
    assert Measurement.objects.filter(replaces=row).count() == 1


def test_one_click_sent_many_times_is_one_report(user):
    key = uuid.uuid4()
    went = at_once(lambda: progress(user, "bh2024-s-hub", ProgressState.UNDER_WAY, key=key))
    assert went == (MANY, 0)
    assert ProgressEntry.objects.count() == 1


def test_one_page_gives_one_report(user):
    assert at_once(lambda: progress(user, "bh2024-s-hub", ProgressState.UNDER_WAY)) == (1, MANY - 1)
    assert ProgressEntry.objects.count() == 1
