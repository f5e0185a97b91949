"""Mails that went out before the outbox had states are sent."""

from django.db import migrations


def mark_sent(apps, _schema_editor):
    apps.get_model("notifications", "Outgoing").objects.exclude(sent_at=None).update(state="sent")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_channels")]

    operations = [migrations.RunPython(mark_sent, migrations.RunPython.noop)]
