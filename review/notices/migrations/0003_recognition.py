"""A third kind of notice: a title is recognised, no money is granted."""

from django.db import migrations, models

KINDS = [("grant", "资助决定通知书"), ("refusal", "不予支持通知书"), ("recognise", "认定通知书")]


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_append_only")]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=10, verbose_name="种类"),
        ),
        migrations.AlterField(
            model_name="noticecounter",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=10),
        ),
    ]
