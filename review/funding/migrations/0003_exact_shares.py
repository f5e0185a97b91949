"""Shares add up to the fen on SQLite too, which adds them as floating point numbers."""

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Round

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("funding", "0002_append_only")]

    operations = [
        migrations.RemoveConstraint("award", "award_shares_add_up"),
        migrations.AddConstraint(
            "award",
            models.CheckConstraint(
                name="award_shares_add_up",
                condition=Q(city_share=None, district_share=None)
                | Q(
                    city_share__gte=0,
                    district_share__gte=0,
                    total=Round(F("city_share") + F("district_share"), precision=2),
                ),
            ),
        ),
        # SQLite has built the table anew, and dropped its triggers.
        ProtectRows("award"),
    ]
