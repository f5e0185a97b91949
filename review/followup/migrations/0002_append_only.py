"""Steps of a matter and their files stay as they were written."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("followup", "0001_initial")]

    operations = [ProtectRows("followupevent"), ProtectRows("followupfile")]
