"""Print one demo account per role."""

from django.core.management.base import BaseCommand

from review.demo.people import PASSWORD, accounts


class Command(BaseCommand):
    help = "Print one demo account per role."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(f"演示账号（密码均为 {PASSWORD}）：")
        for email, label in accounts():
            self.stdout.write(f"  {email:<28} {label}")
