"""Awards and payments are only ever added to."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("funding", "0001_initial")]

    operations = [
        ProtectRows("award"),
        ProtectRows("payment"),
    ]
