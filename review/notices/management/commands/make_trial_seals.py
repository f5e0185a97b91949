"""`python manage.py make_trial_seals`: seals for a demo or a rehearsal, never for real notices."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from portal.accounts.models import Region
from portal.core.regions import in_trees
from review.notices.fonts import FontsMissingError
from review.notices.seals.trial import make_trial_seals


class Command(BaseCommand):
    help = "Make a trial certificate and seal for every office, unless SEALS_FILE is there; they prove nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--under", default="", help="code of the province, city or district whose offices get one")

    def handle(self, *_args: Any, **options: Any) -> None:
        path = Path(settings.SEALS_FILE)
        if path.exists():
            self.stdout.write(f"印章配置已存在：{path.name}")
            return
        if path.name != "seals.toml":
            raise CommandError("SEALS_FILE 须以 seals.toml 为文件名，才能生成试用印章。")
        under = in_trees("code", [options["under"]]) if options["under"] else Q()
        offices = list(Region.objects.filter(under).exclude(bureau="").values_list("code", "bureau"))
        try:
            make_trial_seals(path.parent, offices)
        except FontsMissingError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"已生成 {len(offices)} 枚试用印章，仅供演示。")
