"""What the public was told of a call stays as it was told."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_initial")]

    operations = [
        ProtectRows("callchange"),
    ]
