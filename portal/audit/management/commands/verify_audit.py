"""Say whether the audit chain is whole, rows and files are as it says, and the database protects them."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from portal.audit.roots import altered_roots
from portal.audit.verification import altered_files, altered_rows, verify_chain
from portal.core.triggers import missing_protections

_MOST_NAMED = 50


def read_anchor(text: str) -> tuple[int, str]:
    """Read 序号:哈希, as an earlier run printed it."""
    sequence, _, digest = text.partition(":")
    if not sequence.isdecimal() or len(digest) != 64:
        raise ArgumentTypeError(f"{text!r} is not of the form SEQUENCE:HASH that this command prints")
    return int(sequence), digest.lower()


class Command(BaseCommand):
    help = (
        "Walks the audit chain record by record, compares the rows and files that it holds, and checks the triggers of"
        " all protected tables. Exit status 1 and what is wrong if anything was altered."
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
        parser.add_argument("--skip-files", action="store_true", help="do not read the files in private storage")

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify_chain(anchors=dict(options["anchor"]))
        problems = []
        if not report.is_whole:
            problems.append(f"审计链在第 {report.broken_at} 条断开：{report.reason}（此前 {report.count} 条完好）。")
        problems += _named("下列审计根与记录不符", altered_roots())
        problems += _named("下列内容与链上记录不符", altered_rows())
        if not options["skip_files"]:
            problems += _named("下列文件与记录不符", altered_files())
        problems += _named("数据库缺少或改动了防改触发器", missing_protections(apps))
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"审计链完好，共 {report.count} 条，所载内容相符。")
        self.stdout.write("请将下面一行另行保存，日后用 --anchor 核对：")
        self.stdout.write(f"{report.count}:{report.last_hash}")


def _named(words: str, found: Iterable[str]) -> list[str]:
    first = list(islice(found, _MOST_NAMED + 1))
    if not first:
        return []
    more = "等" if len(first) > _MOST_NAMED else ""
    return [f"{words}：{'、'.join(first[:_MOST_NAMED])}{more}。"]
