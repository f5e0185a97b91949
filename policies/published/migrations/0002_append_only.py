"""A published version never changes."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]

    operations = [
        ProtectRows("itemversion"),
    ]
