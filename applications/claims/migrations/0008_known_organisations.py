from django.db import migrations


def verify(apps, _schema_editor):
    """Take as known whose claim an officer accepted before papers were asked for."""
    accepted = apps.get_model("applications", "ClaimEvent").objects.filter(action="accept")
    known = apps.get_model("accounts", "Applicant").objects.filter(pk__in=accepted.values("claim__applicant_id"))
    known.exclude(kind="individual").update(verification="verified")


class Migration(migrations.Migration):
    dependencies = [("applications", "0007_recall"), ("accounts", "0008_verification")]
    operations = [migrations.RunPython(verify, migrations.RunPython.noop)]
