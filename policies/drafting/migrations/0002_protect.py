"""What was published or withdrawn stays as it was."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("drafting", "0001_initial")]

    operations = [
        ProtectRows(
            "policydraft",
            writable=[
                "title",
                "note",
                "sections",
                "revision",
                "state",
                "saved_at",
                "proposed_by",
                "proposed_at",
                "decided_by",
                "decided_at",
                "reason",
                "published",
            ],
            allowed="OLD.state NOT IN ('published', 'withdrawn')",
        ),
    ]
