"""The day by which a document has a stage paid."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_total_rows")]

    operations = [
        migrations.AddField("disbursement", "due_on", models.DateField("应于何日前拨付", blank=True, null=True)),
    ]
