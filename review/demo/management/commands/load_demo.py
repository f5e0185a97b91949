"""Load the demo's made-up people and claims; does nothing where they are loaded already."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from applications.claims.models import Claim
from review.demo.allocations import load_allocations
from review.demo.budgets import close_first_month, load_budgets
from review.demo.calendar import fill_unknown_days
from review.demo.claims import Demo
from review.demo.desks import load_desks
from review.demo.followups import load_followups
from review.demo.mandates import load_mandates
from review.demo.ownership import load_ownership
from review.demo.people import load_people
from review.demo.policydrafts import load_policy_drafts
from review.demo.rates import load_rates
from review.demo.registers import load_registers
from review.demo.rights import load_entitlements, load_rights
from review.demo.targets import load_targets
from review.demo.whatif import load_simulations
from review.figures.jobs import count_everything


class Command(BaseCommand):
    help = "Load made-up people, organisations and claims in every state. Only with DEMO=1."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data is only for demonstrations: set DEMO=1.")
        applicants, officials = load_people()
        now = timezone.now()
        fill_unknown_days(timezone.localdate(now))
        load_targets(officials, now=now)
        load_policy_drafts(now=now)
        load_rates(officials, now=now)
        load_rights(applicants, now=now)
        load_budgets(officials, now=now)
        if Claim.objects.filter(applicant__in=applicants).exists():
            self.stdout.write("Demo data is there already.")
            return
        self.stdout.write("Making demo claims; the first time takes a minute.")
        Demo(applicants, now=now).run()
        close_first_month(officials, now=now)
        load_simulations(now=now)
        load_allocations(officials, now=now)
        load_ownership(applicants, now=now)
        load_mandates(applicants, now=now)
        load_followups(officials, now=now)
        load_desks(officials, now=now)
        load_entitlements(applicants, officials, now=now)
        load_registers(applicants, officials, now=now)
        count_everything()
        self.stdout.write(f"{Claim.objects.count()} demo claims.")
