"""Encrypt stored numbers and secrets anew under the newest of FIELD_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.accounts.services.encryption import rotate_fields, unknown_digests


class Command(BaseCommand):
    help = "Writes every encrypted value anew under the first of FIELD_KEYS; then the keys behind it may be taken away."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{rotate_fields()} 行已用最新密钥重新加密。")
        if unknown := unknown_digests():
            self.stdout.write(f"{unknown} 人的身份摘要没有可重算的证件号码：请保留旧密钥，直到重新核验其身份。")
