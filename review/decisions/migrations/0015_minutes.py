"""The decisions of a meeting are found by the number of its minutes."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("review", "0014_by_rule")]

    operations = [
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                fields=["minutes_number"], condition=~Q(minutes_number=""), name="decisions_of_a_meeting"
            ),
        )
    ]
