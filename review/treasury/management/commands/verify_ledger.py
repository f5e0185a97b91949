"""Say whether the books balance, and whether the database guards them."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from portal.core.triggers import missing_protections
from review.treasury.models import Entry, Posting
from review.treasury.selectors import book_problems


class Command(BaseCommand):
    help = (
        "Reads every posting: each entry adds up to zero, each account's sequence and balance follow, no guarded"
        " account is below zero. Exit status 1 and what is wrong if anything is."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        problems = list(book_problems())
        if missing := [name for name in missing_protections(apps) if name.startswith("treasury_")]:
            problems.append(f"数据库缺少账簿触发器：{'、'.join(missing)}。")
        if problems:
            raise CommandError("\n".join(["账簿有误：", *problems]))
        self.stdout.write(f"账簿完好：{Entry.objects.count()} 笔分录，{Posting.objects.count()} 条记账，借贷相等。")
