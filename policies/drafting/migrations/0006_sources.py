"""A draft holds the document's own words beside its sections, and what is marked in them."""

from django.db import migrations, models

import policies.drafting.fields
from portal.core.triggers import ProtectRows, ReleaseRows


class Migration(migrations.Migration):
    dependencies = [("drafting", "0005_region")]

    operations = [
        ReleaseRows("policydraft"),
        migrations.AddField(
            model_name="policydraft",
            name="source",
            field=models.TextField(
                blank=True, default="", help_text="政策文件自己的文字，供逐句核对", verbose_name="原文"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="policydraft",
            name="marks",
            field=policies.drafting.fields.OrderedJSONField(default=dict, verbose_name="原文标注"),
        ),
        ProtectRows(
            "policydraft",
            writable=[
                "title",
                "note",
                "sections",
                "source",
                "marks",
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
