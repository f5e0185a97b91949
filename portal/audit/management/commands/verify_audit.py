"""Say whether the audit chain is whole and the database protects it."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from portal.audit.contents import altered_rows
from portal.audit.selectors import verify_chain
from portal.core.triggers import missing_protections


def read_anchor(text: str) -> tuple[int, str]:
    """Read 序号:哈希, as an earlier run printed it."""
    sequence, _, digest = text.partition(":")
    if not sequence.isdecimal() or len(digest) != 64:
        raise ArgumentTypeError(f"{text!r} is not of the form SEQUENCE:HASH that this command prints")
    return int(sequence), digest.lower()


class Command(BaseCommand):
    help = (
        "Walks the audit chain record by record and checks the triggers of all append-only tables. "
        "Exit status 1 and the first broken record if anything was altered."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchor",
            type=read_anchor,
            action="append",
            default=[],
            metavar="SEQUENCE:HASH",
            help="what an earlier run printed and somebody kept elsewhere: shows that nothing up to it was rewritten",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify_chain(anchors=dict(options["anchor"]))
        if not report.is_whole:
            raise CommandError(f"审计链在第 {report.broken_at} 条断开：{report.reason}（此前 {report.count} 条完好）。")
        if altered := list(altered_rows()):
            raise CommandError(f"审计链完好（{report.count} 条），但下列内容与链上记录不符：{'、'.join(altered)}。")
        if missing := missing_protections(apps):
            raise CommandError(f"审计链完好（{report.count} 条），但数据库缺少防改触发器：{'、'.join(missing)}。")
        self.stdout.write(f"审计链完好，共 {report.count} 条。请将下面一行另行保存，日后用 --anchor 核对：")
        self.stdout.write(f"{report.count}:{report.last_hash}")
