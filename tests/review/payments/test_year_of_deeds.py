"""A year of deeds by eight officers in any order: after each the books balance and nobody is paid above the award."""

from collections import Counter

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from applications.claims.enums import ClaimStatus
from portal.core.money import to_fen
from review.funding.models import Award, PaymentKind
from review.funding.selectors import standing_parts
from review.payments.enums import UNSENT, LineState
from review.payments.models import Disbursement
from review.treasury.selectors import book_problems
from tests.depth import by_depth
from tests.review.payments.year import START, World, Year
from tests.review.worlds import on

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
STEPS = 30
# By claim, payer and kind of account; of waivers also what was given up.
CLAIMS = """
    SELECT entry.claim_id, COALESCE(giver.region_id, line.region_id),
           CASE WHEN entry.kind = 'waive' AND account.kind = 'due' THEN 'waived' ELSE account.kind END,
           SUM(posting.amount)
    FROM treasury_posting posting
    JOIN treasury_entry entry ON entry.id = posting.entry_id AND entry.claim_id IS NOT NULL
    JOIN treasury_account account ON account.id = posting.account_id
    JOIN treasury_budgetline line ON line.id = account.line_id
    LEFT JOIN treasury_budgetline giver ON giver.id = line.given_from_id
    GROUP BY 1, 2, 3
"""
WRONG = """
    SELECT 'entry', id::text FROM treasury_entry entry
    WHERE COALESCE((SELECT SUM(amount) FROM treasury_posting WHERE entry_id = entry.id), 1) <> 0
    UNION ALL
    SELECT 'account', account.id::text FROM treasury_account account
    JOIN treasury_posting posting ON posting.account_id = account.id
    WHERE account.guarded GROUP BY account.id HAVING SUM(posting.amount) < 0
"""


class CheckedYear(Year):
    """A year that is checked after each deed."""

    @invariant()
    def books_balance(self):
        assert list(book_problems()) == []
        with connection.cursor() as cursor:
            cursor.execute(WRONG)
            assert cursor.fetchall() == []

    @invariant()
    def nobody_is_paid_above_the_award(self):
        with connection.cursor() as cursor:
            cursor.execute(CLAIMS)
            held = {(claim, payer, kind): int(fen) for claim, payer, kind, fen in cursor.fetchall()}
        sums = {
            (row["part__award__claim_id"], row["part__region_id"], row["state"]): row["fen"]
            for row in Disbursement.objects.values("part__award__claim_id", "part__region_id", "state").annotate(
                fen=Sum("fen")
            )
        }
        for award in Award.objects.select_related("claim").prefetch_related("parts", "payments"):
            check_award(award, held, sums)


def check_award(award, held, sums):
    """What an award's payers have in the books, what was sent of it, and what stands of it agree, each to the fen."""
    claim, standing = award.claim, standing_parts(award)
    granted = {part.region_id: part.fen for part in award.parts.all()}
    assert sum(granted.values()) == to_fen(award.total)
    paid = Counter()
    for payment in award.payments.all():
        paid[payment.part_id] += to_fen(payment.amount) * (1 if payment.kind == PaymentKind.PAID else -1)
    left = 0
    for part in award.parts.all():
        payer = part.region_id
        books = Counter({kind: fen for (pk, region, kind), fen in held.items() if (pk, region) == (claim.pk, payer)})
        lines_in = Counter(
            {state: fen for (pk, region, state), fen in sums.items() if (pk, region) == (claim.pk, payer)}
        )
        arrived = lines_in[LineState.PAID] + lines_in[LineState.REVERSAL_ASKED]
        unsent = sum(lines_in[state] for state in (*UNSENT, LineState.PREPARED))
        assert 0 <= paid[part.pk] <= part.fen
        assert paid[part.pk] == arrived
        assert lines_in[LineState.IN_TRANSIT] == books["in_transit"]
        if unsent or arrived or books["in_transit"]:
            assert unsent == books["payable"]
        demanded, waived = books["due"], -books["waived"]
        assert books["payable"] + books["in_transit"] + books["paid"] == standing.get(payer, 0) + demanded + waived
        left += books["payable"] + books["in_transit"]
    assert claim.status != ClaimStatus.PAID or not left
    assert claim.status != ClaimStatus.APPROVED or left or claim.approved_amount < award.total


@pytest.mark.django_db
def test_a_year_of_deeds_leaves_books_awards_and_payments_in_agreement(settings, tmp_path, time_machine):
    settings.PRIVATE_DIR = tmp_path
    time_machine.move_to(on(START).at)
    world, clock = World(), time_machine

    class Rolled(CheckedYear):
        """A year that is taken back at its end."""

        def __init__(self):
            super().__init__()
            self.world, self.clock = world, clock
            self.block = transaction.atomic()
            self.block.__enter__()

        def teardown(self):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    run_state_machine_as_test(
        Rolled,
        settings=hypothesis_settings(
            max_examples=by_depth(3, nightly=10_000),
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
        ),
    )
