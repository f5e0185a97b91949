"""`python manage.py archive_claims FOLDER`: write the package of every claim that has ended, each once."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from applications.claims.enums import ENDED
from applications.claims.models import Claim
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.notices.archive.jobs import package_of


class Command(BaseCommand):
    help = "Write the archive packages (GB/T 42727-2023) of ended claims to a folder; those that are there stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--claim", action="append", default=[], metavar="NUMBER", help="only this claim's")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder, numbers = options["folder"], options["claim"]
        claims = Claim.objects.filter(status__in=ENDED, number__isnull=False).order_by("pk")
        claims = claims.filter(number__in=numbers) if numbers else claims
        if missing := set(numbers) - set(claims.values_list("number", flat=True)):
            raise CommandError(f"没有已办结的申报 {'、'.join(sorted(missing))}。")
        folder.mkdir(parents=True, exist_ok=True)
        made, refused = 0, 0
        for claim in claims.iterator():
            path = folder / f"{claim.number}.zip"
            if path.exists():
                continue
            try:
                content = package_of(claim, act=ActorContext(user=None, at=timezone.now()))
            except RefusedError as error:
                refused += 1
                self.stderr.write(f"{claim.number}：{error}")
                continue
            part = path.with_suffix(".part")
            part.write_bytes(content)
            part.replace(path)
            made += 1
        self.stdout.write(f"已归档 {made} 件，未能归档 {refused} 件。")
        if refused:
            raise CommandError("有申报未能归档，原因见上。")
