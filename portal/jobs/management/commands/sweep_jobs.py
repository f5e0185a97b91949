"""Sweep by hand."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.jobs.services import run_due_jobs, sweep_jobs


class Command(BaseCommand):
    help = "Sends again the jobs that are due and not done. With --run does it here, without broker and worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--run", action="store_true", help="do what is due in this process")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["run"]:
            self.stdout.write(f"完成 {run_due_jobs()} 个任务。")
        else:
            self.stdout.write(f"重新发出 {sweep_jobs()} 个任务。")
