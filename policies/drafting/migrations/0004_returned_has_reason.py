"""A returned draft has who returned it and why; on SQLite, adding this drops the table's protection, so it is repeated."""

from django.db import migrations, models

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("drafting", "0003_cases")]

    operations = [
        migrations.AddConstraint(
            model_name="policydraft",
            constraint=models.CheckConstraint(
                name="draft_returned_has_decider_and_reason",
                condition=~models.Q(state="returned")
                | (
                    models.Q(decided_by__isnull=False)
                    & models.Q(decided_at__isnull=False)
                    & ~models.Q(reason="")
                ),
            ),
        ),
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
