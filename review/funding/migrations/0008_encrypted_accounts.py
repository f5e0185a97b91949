"""The accounts that payments went to are encrypted; a key may be exchanged, the text may not."""

from importlib import import_module

from django.db import migrations

from portal.accounts.services.encryption import rotate_fields
from portal.core.encrypted_fields import EncryptedJSONField
from portal.core.triggers import ProtectRows, ReleaseRows, rotated


def encrypt_all(apps, _schema_editor):
    rotate_fields(apps)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_encrypted_numbers"), ("funding", "0007_contents")]

    operations = [
        ReleaseRows("payment"),
        migrations.AlterField(
            "payment",
            "account",
            EncryptedJSONField(
                default=dict, help_text="付款时的户名、开户行、联行号和账号", verbose_name="收款账户"
            ),
        ),
        migrations.RunPython(encrypt_all, migrations.RunPython.noop),
        ProtectRows("payment", writable=["account"], allowed=rotated("account")),
        # SQLite has built the table anew, and dropped its triggers.
        *import_module("review.funding.migrations.0004_paid_once").Migration.operations,
    ]
