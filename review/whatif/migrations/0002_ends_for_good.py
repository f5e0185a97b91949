"""What was asked never changes, and what came out only once."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("whatif", "0001_initial")]

    operations = [
        ProtectRows(
            "simulationrun",
            writable=["state", "started_at", "finished_at", "error", "results", "movers", "results_hash"],
            allowed="OLD.state IN ('queued', 'running')",
        ),
    ]
