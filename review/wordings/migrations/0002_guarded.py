"""A wording stays as it was proposed, and is decided once."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("wordings", "0001_initial")]

    operations = [
        ProtectRows(
            "wording",
            writable=("state", "version", "decided_by", "decided_at", "reason"),
            allowed="OLD.state = 'proposed'",
        ),
    ]
