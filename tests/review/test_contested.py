"""While it is contested who an organisation belongs to, nothing of it is decided, approved or paid."""

from datetime import timedelta

import pytest

from applications.claims.enums import ClaimStatus
from portal.core.errors import RefusedError
from portal.ownership.enums import ContestState
from portal.ownership.models import Contest
from review.decisions.services.decisions import support_claim
from review.decisions.services.publicity import approve_list
from review.funding.awards import record_award
from review.payments.selectors.batches import check_list
from review.payments.services.batches import Criteria, open_batch, prepare_batch, release_batch
from tests.factories import UserFactory, act, wuxi
from tests.review.paying import DAY, treasurers
from tests.review.worlds import MINUTES, again, city_passed, expected, on, publish

pytestmark = pytest.mark.django_db
WORDS = "登记异议"


@pytest.fixture
def contested():
    """Whether the claim's organisation is contested, from now on."""

    def turn(claim, *, state):
        filed = {
            "region_code": claim.region_id,
            "filed_by": UserFactory(),
            "reason": "并非本单位登记",
            "answer_due": DAY,
        }
        Contest.objects.update_or_create(applicant=claim.applicant, defaults={"state": state}, create_defaults=filed)

    return turn


def test_a_contest_stops_decision_approval_preparation_and_release_until_it_ends(office, settings, contested):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim = city_passed(office)

    def decide():
        support_claim(claim.pk, expected=expected(claim), act=act(office.decider), minutes=MINUTES)

    contested(claim, state=ContestState.FILED)
    with pytest.raises(RefusedError, match=WORDS):
        decide()
    contested(claim, state=ContestState.REFUSED)
    decide()

    listed = publish(office, again(claim))
    after = on(listed.ends_on + timedelta(days=1), office.decider)
    contested(claim, state=ContestState.FILED)
    assert WORDS in approve_list(listed, act=after)[0].problem
    assert again(claim).status == ClaimStatus.PUBLICITY
    contested(claim, state=ContestState.REFUSED)
    assert not approve_list(listed, act=after)[0].problem
    record_award(again(claim), act=act())

    first, second = treasurers(wuxi())
    batch = open_batch(wuxi(), Criteria(), act=on(DAY, first))
    contested(claim, state=ContestState.FILED)
    assert {found.kind: found.stops for found, _ in check_list(batch, first).kinds}["disputed"]
    with pytest.raises(RefusedError, match=WORDS):
        prepare_batch(batch, withhold=False, act=on(DAY, first))
    contested(claim, state=ContestState.REFUSED)
    batch = prepare_batch(batch, withhold=False, act=on(DAY, first))
    contested(claim, state=ContestState.FILED)
    with pytest.raises(RefusedError, match=WORDS):
        release_batch(batch, shown=batch.lines_sha256, act=on(DAY, second))
