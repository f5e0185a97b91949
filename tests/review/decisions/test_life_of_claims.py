"""Anybody doing anything to claims, two of them at the same moment: the table, the history and the limits hold."""

import threading
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, ClaimEvent
from applications.claims.services.corrections import PointAsked, request_correction, resubmit_claim
from applications.claims.services.submission import AlreadySubmittedError, ClaimIncompleteError
from applications.claims.workflow import APPLICANT, SYSTEM, may_act
from portal.accounts.enums import Role
from review.decisions.services.bulk import REFUSALS
from review.decisions.services.overdue import abandon_claim, prolong_correction
from review.funding.awards import record_award
from review.simulated_year.invariants import violations_of_claims
from review.simulated_year.year import FINAL
from tests.depth import by_depth
from tests.review.decisions.test_random_walk import START, Walk
from tests.review.worlds import Office, again, expected, on

pytestmark = [pytest.mark.broad, pytest.mark.slow, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
STEPS = 12
REFUSED = (*REFUSALS, ClaimIncompleteError, AlreadySubmittedError)
EVERYBODY = (APPLICANT, SYSTEM, *Role)
seeds = st.integers(0, 10**6)


class Life(RuleBasedStateMachine):
    """Two claims, the officers of their city, and deeds by chance, one after the other or two at once."""

    office: Office
    numbers = count(1)

    @initialize(seed=seeds)
    def begin(self, seed):
        self.walk = Walk(self.office, seed, numbers=(next(self.numbers), next(self.numbers)))
        self.claims = self.walk.claims

    def deeds(self, at, seed):
        """A claim and what somebody might do to it, in an order of chance."""
        self.walk.chance.seed(seed)
        claim = again(Claim(pk=self.claims[at]))
        found = self.walk.deeds(claim) + self.corrections(claim)
        self.walk.chance.shuffle(found)
        return claim, found

    def corrections(self, claim):
        office, act, page = self.office, self.walk.act, expected(claim)
        anyone = self.walk.chance.choice([office.acceptance, office.first, office.second, office.city, office.decider])
        return [
            lambda: request_correction(claim, act=act(anyone), points=[PointAsked(1, "fees", "请核对")]),
            lambda: resubmit_claim(claim, act=act(claim.created_by), revision=claim.revision, commitment=True),
            lambda: prolong_correction(claim.pk, expected=page, workdays=3, reason="来电", act=act(anyone)),
            lambda: abandon_claim(claim.pk, expected=page, reason="逾期", act=act(anyone)),
        ]

    def settle(self, claim):
        """What the worker would do."""
        claim = again(claim)
        if claim.status == ClaimStatus.APPROVED:
            record_award(claim, act=on(self.walk.day))

    @rule(at=st.integers(0, 1), seed=seeds, days=st.sampled_from([0, 1, 4, 20]))
    def one_acts(self, at, seed, days):
        self.walk.day += timedelta(days=days)
        claim, found = self.deeds(at, seed)
        for deed in found:
            try:
                deed()
                break
            except REFUSED:
                continue
        self.settle(claim)

    @rule(at=st.integers(0, 1), seed=seeds)
    def two_act_at_once(self, at, seed):
        """Each tries the deeds that it can think of; what the one did first is refused to the other."""
        claim, found = self.deeds(at, seed)
        together, surprises = threading.Barrier(2), []

        def run(mine):
            try:
                together.wait(20)
                for deed in mine:
                    try:
                        deed()
                        break
                    except REFUSED:
                        continue
            except BaseException as error:  # noqa: BLE001 - shown by the assertion below
                surprises.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[mine]) for mine in (found[::2], found[1::2])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert surprises == []
        self.settle(claim)

    @invariant()
    def what_was_done_stands_in_the_table_and_holds_the_limits(self):
        assert list(violations_of_claims()) == []

    @invariant()
    def somebody_can_go_on(self):
        for claim in Claim.objects.filter(pk__in=self.claims).exclude(status__in=FINAL):
            status = ClaimStatus(claim.status)
            way = {"route": claim.route, "departures": claim.departures}
            assert any(may_act(action, status, party, **way) for action in Action for party in EVERYBODY), status


def test_two_people_at_once_never_leave_a_claim_outside_the_table(settings, tmp_path, time_machine):
    settings.PRIVATE_DIR = tmp_path
    time_machine.move_to(on(START - timedelta(days=1)).at)
    office = Office()
    machine = type("TwoAtOnce", (Life,), {"office": office})
    run_state_machine_as_test(
        machine,
        settings=hypothesis_settings(
            max_examples=by_depth(2, nightly=500),
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert ClaimEvent.objects.exists()
