"""Files that belong to no claim yet: a job puts them where their numbers lead."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="incomingfile",
            name="claim",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="incoming",
                to="applications.claim",
                verbose_name="申报",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingfile",
            constraint=models.UniqueConstraint(
                condition=models.Q(("claim", None), ("completed_at", None)),
                fields=("sent_by", "sha256"),
                name="one_upload_of_the_same_bytes_for_many",
            ),
        ),
    ]
