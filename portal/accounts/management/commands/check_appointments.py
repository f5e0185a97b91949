"""List who holds duties that exclude each other, under whatever accounts, and who is of unknown identity."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.models import Appointment
from portal.accounts.selectors import appointment_findings


class Command(BaseCommand):
    help = "List officials with incompatible duties or without a known identity; fails where there are any."

    def handle(self, *args: Any, **options: Any) -> None:
        found = appointment_findings(Appointment.objects.all())
        for finding in found:
            people = "、".join(person.email for person in finding.people)
            self.stdout.write(f"{people}\t{'；'.join(map(str, finding.appointments))}\t{finding.problem}")
        if found:
            raise CommandError(f"{len(found)} findings.")
