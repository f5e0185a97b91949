"""A rule that passes a stage cites what allows it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checks", "0002_answers_stay")]

    operations = [
        migrations.AddField(
            model_name="checksetting",
            name="basis",
            field=models.CharField(blank=True, help_text="按规则办理的文件依据", max_length=200, verbose_name="依据", default=""),
            preserve_default=False,
        ),
    ]
