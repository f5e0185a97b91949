"""ID numbers of officials are kept, encrypted: their digests are made anew of them when keys rotate."""

from django.db import migrations

from portal.core.encrypted_fields import EncryptedField


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_staff_number")]

    operations = [
        migrations.AddField(
            "appointment",
            "identity_number",
            EncryptedField(blank=True, default="", longest=18, verbose_name="证件号码"),
        )
    ]
