"""Many officers at the same moment, on PostgreSQL: one decision, one transition, one reservation."""

import threading

import pytest
from django.db import connection

from applications.enums import Action, ClaimStatus
from applications.ledger.models import EntryKind, LimitEntry
from applications.services.transitions import TransitionRefused
from portal.jobs.models import Job
from review.enums import Stage
from review.services.decisions import support_claim
from review.services.desk import ReviewRefused
from review.services.publicity import approve_claim
from tests.factories import act
from tests.review.worlds import MINUTES, Office, again, city_passed, decided, on, publish, seen

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MANY = 20


def at_once(deed):
    """Run the deed in many threads that start together; returns how many went through and how many were refused."""
    together = threading.Barrier(MANY)
    done: list[bool] = []
    surprises: list[BaseException] = []

    def run():
        try:
            together.wait(20)
            deed()
            done.append(True)
        except (ReviewRefused, TransitionRefused):
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
def office(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    return Office()


def test_twenty_final_decisions_are_one(office):
    claim = city_passed(office)
    page = seen(claim)
    assert at_once(lambda: support_claim(claim.pk, seen=page, minutes=MINUTES, act=act(office.decider))) == (
        1,
        MANY - 1,
    )
    assert claim.decisions.filter(stage=Stage.FINAL).count() == 1
    assert claim.events.filter(action=Action.DECIDE).count() == 1
    assert LimitEntry.objects.filter(claim=claim, kind=EntryKind.RESERVE).values("bucket").distinct().count() == (
        LimitEntry.objects.filter(claim=claim).count()
    )
    assert again(claim).status == ClaimStatus.AWAITING_PUBLICITY


def test_twenty_approvals_are_one(office):
    claim = decided(office)
    listed = publish(office, claim)
    later = on(listed.ends_on.replace(day=listed.ends_on.day + 1), office.decider)
    assert at_once(lambda: approve_claim(claim.pk, publicity=listed, act=later)) == (1, MANY - 1)
    assert claim.events.filter(action=Action.APPROVE).count() == 1
    assert Job.objects.filter(kind="notices.issue_grant").count() == 1
    assert claim.created_by.portal_messages.filter(title="资助已批准").count() == 1
