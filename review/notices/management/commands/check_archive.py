"""`python manage.py check_archive FILE…`: whether packages are genuine, complete, usable and safe."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications.claims.models import Claim
from portal.audit.models import AuditRecord
from review.notices.archive.checking import check_package


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
            recorded = _recorded(path.stem)
            faults = check_package(content, manifest_sha256=recorded)
            faulty += bool(faults)
            for fault in faults:
                self.stdout.write(f"{path.name} {fault.head}：{fault.text}")
            if not faults:
                said = "真实、完整、可用、安全" if recorded else "完整、可用、安全；审计记录中没有它，真实与否无从对照"
                self.stdout.write(f"{path.name} {said}")
        if faulty:
            raise CommandError(f"{faulty} 个归档包有问题。")


def _recorded(number: str) -> str:
    """The manifest's hash that the audit record holds of a claim's last package; "" for none."""
    claim = Claim.objects.filter(number=number).first()
    records = AuditRecord.objects.filter(
        action="notices.archive", target_type=Claim._meta.label_lower, target_id=str(claim.pk if claim else "")
    )
    last = records.order_by("sequence").last()
    return str(last.after["manifest"]) if last and last.after else ""
