"""Who may propose and decide a recovery: one person has one say, under every account."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from portal.accounts.models import User
from portal.recusal.models import Recusal
from review.recoveries.enums import RecoveryAction
from review.recoveries.selectors import open_actions
from review.recoveries.services.proceedings import decide_recovery, open_hearing, propose_recovery
from tests.review.recoveries.worlds import DAY, PROPOSAL, TERMS, paid, second_decider
from tests.review.worlds import fresh, on


@pytest.mark.django_db
def test_four_eyes_and_recusal_go_by_the_person_under_every_account(office):
    claim = paid(office)
    other, recused = second_decider(), second_decider()
    User.objects.filter(pk__in=(office.decider.pk, other.pk)).update(identity_digest="1" * 64)
    Recusal.objects.create(user=recused, applicant=claim.applicant, ground="relative", reason="亲属")
    with pytest.raises(PermissionDenied, match="回避"):
        propose_recovery(claim.pk, proposal=PROPOSAL, act=on(DAY, fresh(recused)))
    made = propose_recovery(claim.pk, proposal=PROPOSAL, act=on(DAY, fresh(office.decider)))
    open_hearing(made.pk, act=on(DAY, office.city))
    for nobody in (fresh(other), fresh(recused)):
        with pytest.raises(PermissionDenied):
            decide_recovery(made.pk, terms=TERMS, act=on(date(2026, 6, 18), nobody))
        assert RecoveryAction.DECIDE not in open_actions(made, nobody)
