"""Many officers at the same moment, on PostgreSQL: one decision, one transition, one reservation."""

import threading
from decimal import Decimal

import pytest
from django.db import connection

from applications.claims.enums import Action, ClaimStatus
from applications.ledger.models import EntryKind, LimitEntry
from applications.ledger.selectors import use_of_call
from applications.ledger.services import LimitExceededError, reserve_limits
from policies.calls.models import Call
from policies.published.services import publish_catalogue
from portal.core.errors import RefusedError
from portal.jobs.models import Job
from review.decisions.enums import Stage
from review.decisions.services import granting
from review.decisions.services.decisions import support_claim
from review.decisions.services.publicity import approve_claim
from tests.applications.worlds import patent_facts
from tests.factories import ApplicantFactory, act, make_member, make_patent_no
from tests.policies.engine.batch.odd_rules import HEAD, catalogue_from, item, standard
from tests.review.worlds import MINUTES, Office, again, city_passed, decided, expected, on, publish, publish_items

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MANY = 20
DAY = "2026-01-05"


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
def office(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    return Office()


def test_twenty_final_decisions_are_one(office):
    claim = city_passed(office)
    page = expected(claim)
    assert at_once(lambda: support_claim(claim.pk, expected=page, minutes=MINUTES, act=act(office.decider))) == (
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


def test_budget_of_a_call_is_never_overspent_by_parallel_decisions(office):
    claims = [city_passed(office, lines=[patent_facts(number)]) for number in range(1, 7)]
    # Each claim is worth 5,000 yuan: three of them fit, and not a fen more.
    Call.objects.update(budget=Decimal("19999.99"))
    pages = {claim.pk: expected(claim) for claim in claims}
    results = together(
        lambda claim: support_claim(claim.pk, expected=pages[claim.pk], minutes=MINUTES, act=act(office.decider)),
        claims,
    )
    assert results.count(LimitExceededError) == 3
    call = Call.objects.get()
    assert use_of_call(call, [])[0].left == Decimal("4999.99")
    decided_ones = [claim for claim in claims if again(claim).status == ClaimStatus.AWAITING_PUBLICITY]
    assert len(decided_ones) == 3
    assert LimitEntry.objects.filter(bucket__key=f"call={call.pk}").count() == 3


def test_a_limit_that_is_lower_for_some_is_never_overspent_by_parallel_decisions(office, monkeypatch):
    only = {"field": "applicant_kind", "is": "individual"}
    cap = {"yuan": "8000", "per": ["applicant", "year"], "scale": {"ratio": "1/2", "only": only}}
    publish_catalogue(act(), catalogue=catalogue_from((HEAD, [item("odd-1", [standard("3000")], limits=[cap])])))
    publish_items()
    person = make_member(ApplicantFactory(individual=True))
    claims = [
        city_passed(office, item="odd-1", member=person, lines=[{"patent_no": make_patent_no(n), "granted_on": DAY}])
        for n in range(1, 3)
    ]
    pages = {claim.pk: expected(claim) for claim in claims}
    # Each answer is made before the other's entry is written: 3,000 and 3,000 yuan are more than half of 8,000.
    both_answered = threading.Barrier(2)

    def reserve(claim, **given):
        both_answered.wait(20)
        return reserve_limits(claim, **given)

    monkeypatch.setattr(granting, "reserve_limits", reserve)
    results = together(
        lambda claim: support_claim(claim.pk, expected=pages[claim.pk], minutes=MINUTES, act=act(office.decider)),
        claims,
    )
    assert sorted(results, key=str) == [LimitExceededError, None]
    entries = LimitEntry.objects.filter(bucket__key__startswith="odd-1|applicant=", bucket__key__contains="|year=")
    assert [entry.amount_after for entry in entries] == [Decimal("3000.00")]


def together(deed, claims):
    """What each claim's deed came to when all begin at once: the type of its refusal, or None."""
    start = threading.Barrier(len(claims))
    results: list[type[Exception] | None] = []

    def run(claim):
        try:
            start.wait(20)
            deed(claim)
            results.append(None)
        except LimitExceededError as error:
            results.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[claim]) for claim in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
