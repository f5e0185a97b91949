"""Each record holds the hashes of the rows that were written with it."""

from django.db import migrations, models

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_security_events")]

    operations = [
        migrations.AddField(
            model_name="auditrecord",
            name="contents",
            field=models.JSONField(
                default=dict, help_text="写入的各行：表、主键、SHA-256", verbose_name="内容哈希"
            ),
        ),
        # SQLite makes the table anew for the column, and its trigger names every column.
        ProtectRows("auditrecord"),
    ]
