"""Sheets that sums follow from wait for a second person."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("checks", "0005_banks"),
    ]

    operations = [
        migrations.AlterField(
            model_name="registersheet",
            name="state",
            field=models.CharField(
                choices=[
                    ("reading", "正在读取"),
                    ("waiting", "待复核"),
                    ("in_force", "可用"),
                    ("failed", "未采用"),
                ],
                default="reading",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddField(
            model_name="registersheet",
            name="confirmed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="复核人",
            ),
        ),
        migrations.AddConstraint(
            model_name="registersheet",
            constraint=models.CheckConstraint(
                name="sheet_confirmed_by_another",
                condition=models.Q(("confirmed_by", None))
                | models.Q(("confirmed_by", models.F("uploaded_by")), _negated=True),
            ),
        ),
    ]
