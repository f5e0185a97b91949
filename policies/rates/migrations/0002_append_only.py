"""A rate stays as it was entered: it is decided once, and once given an end by the rate that follows it."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("rates", "0001_initial")]

    operations = [
        ProtectRows(
            "districtrate",
            writable=("state", "decided_by", "decided_at", "reason", "valid_to"),
            allowed="OLD.state = 'proposed' OR "
            "(OLD.valid_to IS NULL AND NEW.state = OLD.state AND NEW.decided_at = OLD.decided_at)",
        ),
    ]
