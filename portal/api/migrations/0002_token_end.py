"""A token ends on a day, and with its owner's password and appointments; the ones there are last a year from their making."""

from datetime import timedelta

from django.db import migrations, models

from portal.api.selectors import fingerprint


def bind_tokens(apps, _schema_editor):
    for token in apps.get_model("api", "ApiToken").objects.select_related("user"):
        held = token.user.appointments.filter(revoked_at=None).values_list("role", "region_id")
        token.expires_at = token.created_at + timedelta(days=365)
        token.fingerprint = fingerprint(token.user.password, held)
        token.save(update_fields=["expires_at", "fingerprint"])


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial"), ("accounts", "0003_decision_role_label")]

    operations = [
        migrations.AddField(
            "apitoken", "expires_at", models.DateTimeField(null=True, verbose_name="有效期至")
        ),
        migrations.AddField(
            "apitoken", "fingerprint", models.CharField(default="", max_length=64), preserve_default=False
        ),
        migrations.RunPython(bind_tokens, migrations.RunPython.noop),
        migrations.AlterField("apitoken", "expires_at", models.DateTimeField(verbose_name="有效期至")),
    ]
