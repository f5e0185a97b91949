"""How to reach who objected is encrypted: their identity is confidential."""

from django.db import migrations

from portal.accounts.services.encryption import rotate_fields
from portal.core.encrypted_fields import EncryptedField


def encrypt_all(apps, _schema_editor):
    rotate_fields(apps)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_identity_number"), ("review", "0007_scores_kept")]

    operations = [
        migrations.AlterField("objection", "contact", EncryptedField(longest=60, verbose_name="联系方式")),
        migrations.RunPython(encrypt_all, migrations.RunPython.noop),
    ]
