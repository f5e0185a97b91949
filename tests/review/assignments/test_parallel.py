"""Officers who press at the same moment, on PostgreSQL: one gets the claim."""

import threading

import pytest
from django.db import connection

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.errors import RefusedError
from review.assignments.models import Assignment
from review.assignments.services.holding import take_claim
from review.decisions.selectors.queue import queues_of
from review.decisions.services.following import take_following
from tests.applications.worlds import patent_facts
from tests.factories import act, binhu, make_official
from tests.review.worlds import Office, accepted

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MANY = 8


def at_once(deeds):
    """Run each deed in a thread of its own, all at the same moment; what each gave, None where it was refused."""
    together = threading.Barrier(len(deeds))
    given = [None] * len(deeds)
    surprises = []

    def run(place):
        try:
            together.wait(30)
            given[place] = deeds[place]()
        except RefusedError:
            pass
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            surprises.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert surprises == []
    return given


def test_one_of_many_gets_a_claim_and_each_gets_another_next(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    office = Office()
    officers = [make_official(Role.DISTRICT_FIRST, binhu()) for _ in range(MANY)]
    claim = accepted(office)
    taken = at_once([lambda user=user: take_claim(claim.pk, act=act(user)) for user in officers])
    assert len([one for one in taken if one]) == 1
    assert Assignment.objects.open().filter(claim=claim, status=claim.status).count() == 1
    others = [accepted(office, lines=[patent_facts(number)]) for number in range(2, 5)]
    free = [user for user, one in zip(officers, taken, strict=True) if one is None][:3]

    def following(user):
        me = User.objects.get(pk=user.pk)
        return take_following(queues_of(me)[0], act=act(me))

    given = at_once([lambda user=user: following(user) for user in free])
    assert {one.pk for one in given} == {one.pk for one in others}
