"""A claim keeps the call it was made in; only claims older than calls have none."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_append_only"), ("calls", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="call",
            field=models.ForeignKey(
                blank=True,
                help_text="早于申报通知的申报为空",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="calls.call",
                verbose_name="申报通知",
            ),
        ),
    ]
