"""Encrypt stored numbers and secrets anew under the newest of FIELD_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.accounts.services.encryption import rotate_fields


class Command(BaseCommand):
    help = "Writes every encrypted value anew under the first of FIELD_KEYS; then the keys behind it may be taken away."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{rotate_fields()} 行已用最新密钥重新加密。")
