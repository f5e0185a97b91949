"""`python manage.py build_fonts`: make the notices' fonts, once for each set of source fonts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review.notices.fonts import FontsMissingError, build


class Command(BaseCommand):
    help = "Cut the fonts of the printed notices out of the fonts on this machine (half a minute, then kept)."
    # The checks ask for what this command is about to make.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="build again even if nothing has changed")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            folder, fresh = build(force=options["force"])
        except FontsMissingError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"通知书字体{'已生成' if fresh else '已是最新'}：{folder.name}")
