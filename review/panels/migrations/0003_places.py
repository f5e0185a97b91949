"""The place of the year that a claim takes by its score, those taken before counted."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("panels", "0002_append_only")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="entry",
            name="place",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="名额位次"),
        ),
    ]
