"""A year's end by two people: what is available and committed goes to the next year, what is payable stays."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction

from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from portal.core.money import to_fen
from review.treasury.enums import AccountKind, EntryKind
from review.treasury.models import BudgetLine, YearEnd
from review.treasury.selectors import claim_balances, line_figures, lines_of_claim
from review.treasury.services.awards import move_claim
from review.treasury.services.lines import LinePlan, create_line
from review.treasury.services.year_end import confirm_year_end, drop_year_end, propose_year_end
from tests.applications.worlds import patent_facts
from tests.factories import act, binhu, make_official, wuxi
from tests.review.treasury.test_awards import controlled
from tests.review.worlds import approved, decided

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(office):
    """Wuxi's line of this year, and an empty one of the next."""
    old = controlled(wuxi(), "100000")
    plan = LinePlan(name="专项资金", source="city")
    return old, create_line(wuxi(), year=2027, plan=plan, act=act(office.finance))


def test_commitments_and_balance_are_carried_over_and_what_is_payable_stays(office, lines):
    old, new = lines
    payable = approved(office, lines=[patent_facts(1)])
    committed = decided(office, lines=[patent_facts(2)])
    city = to_fen(committed.decisions.order_by("-pk").first().assessment.answer["city"])
    before = line_figures([old])[0]
    propose_year_end(old, carry_over_to=new, act=act(office.finance))
    confirm_year_end(old, act=act(office.decider))

    after, carried = line_figures([old, new])
    assert (after.available, after.committed, after.payable) == (0, 0, before.payable)
    assert (carried.available, carried.committed) == (before.available, before.committed)
    assert carried.issued == before.available + before.committed
    assert lines_of_claim(committed.pk)["320200"] == new.pk
    assert lines_of_claim(payable.pk)["320200"] == old.pk
    call_command("verify_audit")
    move_claim(committed, EntryKind.COMMIT, deed="later", act=act(office.decider))
    assert claim_balances(committed.pk)[new.pk, AccountKind.PAYABLE] == city
    call_command("verify_ledger")


def test_another_person_confirms_and_a_proposal_stands_alone(office, lines):
    old, new = lines
    with pytest.raises(PermissionDenied):
        propose_year_end(old, carry_over_to=new, act=act(office.decider))
    with pytest.raises(RefusedError, match="以后年度"):
        propose_year_end(new, carry_over_to=old, act=act(office.finance))
    propose_year_end(old, carry_over_to=None, act=act(office.finance))
    with pytest.raises(RefusedError, match="待确认"):
        propose_year_end(old, carry_over_to=new, act=act(office.finance))
    with pytest.raises(RefusedError, match="另一人"):
        confirm_year_end(old, act=act(office.finance))
    with pytest.raises(PermissionDenied):
        confirm_year_end(old, act=act(make_official(Role.FINANCE, binhu())))
    with pytest.raises(IntegrityError), transaction.atomic():
        YearEnd.objects.update(state="done", settled_by=office.finance)
    drop_year_end(old, act=act(office.finance))
    with pytest.raises(RefusedError, match="没有待确认"):
        confirm_year_end(old, act=act(office.decider))
    assert line_figures(BudgetLine.objects.filter(pk=old.pk))[0].available == 100_000
    propose_year_end(old, carry_over_to=None, act=act(office.finance))
    confirm_year_end(old, act=act(make_official(Role.FINANCE, wuxi())))
    assert line_figures([old])[0].issued == 0
