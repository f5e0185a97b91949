"""`manage.py replay_assessments`: whether every stored assessment comes out again, byte for byte."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications.claims.services.replay import Difference, replay_assessments


class Command(BaseCommand):
    help = (
        "Answers every stored question again from the version it was asked of and compares answer, hash and sum. "
        "Prints what differs by claim; exit status 1 if anything does."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        run = replay_assessments(on_difference=self._tell)
        if run.differing:
            raise CommandError(f"{run.checked} 次测算中有 {run.differing} 次与存档不一致，见上。")
        self.stdout.write(f"{run.checked} 次测算全部与存档逐字节一致。")

    def _tell(self, difference: Difference) -> None:
        self.stdout.write(f"{difference.claim}（测算 {difference.assessment}）：{difference.text}")
