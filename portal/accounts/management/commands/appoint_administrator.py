"""Appoint the first administrators of a region: nobody on the site could."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal.accounts.enums import ADMINISTRATORS, Role
from portal.accounts.models import Region, User
from portal.accounts.services.officials import appoint_official
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError


class Command(BaseCommand):
    help = "Make a registered user system or security administrator of a city or province, by e-mail and region code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("region", help="GB/T 2260 code, e.g. 320200")
        parser.add_argument("--role", choices=sorted(ADMINISTRATORS), default=Role.SYSTEM_ADMIN)
        parser.add_argument("--number", default="", help="ID number: accounts of one person count as one")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"{options['email']}: nobody signed up with this address yet.")
        region = Region.objects.filter(pk=options["region"]).first()
        if region is None:
            raise CommandError(f"{options['region']}: no such region; run load_regions.")
        try:
            appointment = appoint_official(
                user,
                role=options["role"],
                region=region,
                number=options["number"],
                act=ActorContext(user=None, at=timezone.now()),
            )
        except RefusedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.email}: {appointment}")
