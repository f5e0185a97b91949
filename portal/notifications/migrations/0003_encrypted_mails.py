"""The texts of mails, which hold names, sums and links that let somebody in, are encrypted."""

from django.db import migrations

from portal.accounts.services.encryption import rotate_fields
from portal.core.encrypted_fields import EncryptedField


def encrypt_all(apps, _schema_editor):
    rotate_fields(apps)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_encrypted_numbers"), ("notifications", "0002_mails_without_a_message")]

    operations = [
        migrations.AlterField("outboxemail", "body", EncryptedField(blank=True, verbose_name="正文")),
        migrations.RunPython(encrypt_all, migrations.RunPython.noop),
    ]
