from django.db import migrations
from django.db.models import F

from portal.core.encryption import keyed_hash


def carry_over(apps, _schema_editor):
    """Keep everybody's duties in force, and know the people who registered under their own ID number."""
    apps.get_model("accounts", "Appointment").objects.update(confirmed_at=F("appointed_at"))
    registered = apps.get_model("accounts", "Membership").objects.filter(applicant__kind="individual")
    for membership in registered.filter(is_owner=True).select_related("user", "applicant"):
        membership.user.identity_digest = keyed_hash(membership.applicant.resident_id)
        membership.user.save(update_fields=["identity_digest"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_identity")]
    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
