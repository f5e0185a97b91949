"""`python manage.py check_archive FILE…`: whether packages are genuine, complete, usable and safe."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications.claims.models import Claim
from portal.audit.models import AuditRecord
from review.notices.archive.checking import check_package

# A kept package has the moment of the claim's end behind its number.
_ENDED_AT = re.compile(r"-\d{14}$")


class Command(BaseCommand):
    help = "Check archive packages for the four heads of DA/T 70: 真实、完整、可用、安全."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        faulty = 0
        for path in options["files"]:
            try:
                content = path.read_bytes()
            except OSError as error:
                raise CommandError(f"{path} 不能读取：{error}") from error
            recorded = _recorded(_ENDED_AT.sub("", path.stem))
            faults = check_package(content, recorded=recorded)
            faulty += bool(faults)
            for fault in faults:
                self.stdout.write(f"{path.name} {fault.head}：{fault.text}")
            if not faults:
                said = "真实、完整、可用、安全" if recorded else "完整、可用、安全；审计记录中没有它，真实与否无从对照"
                self.stdout.write(f"{path.name} {said}")
        if faulty:
            raise CommandError(f"{faulty} 个归档包有问题。")


def _recorded(number: str) -> set[str]:
    """The hashes of manifests that the audit record holds of a claim's packages."""
    claim = Claim.objects.filter(number=number).first()
    records = AuditRecord.objects.filter(
        action="notices.archive", target_type=Claim._meta.label_lower, target_id=str(claim.pk if claim else "")
    )
    return {str(record.after["manifest"]) for record in records if record.after}
