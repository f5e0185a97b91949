"""A conclusion may be made by a rule that two people set: then it has no officer, and says which."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0013_deputies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="rule",
            field=models.TextField(
                blank=True,
                default="",
                help_text="没有审核人时：依据、设置人和通过的核查",
                verbose_name="按规则办理的依据",
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="decision",
            name="officer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="审核人",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=Q(officer__isnull=False, rule="") | (Q(officer=None) & ~Q(rule="")),
                name="decision_of_a_person_or_by_rule",
            ),
        ),
        # SQLite makes the table anew, and its triggers are gone with the old one.
        ProtectRows("decision"),
    ]
