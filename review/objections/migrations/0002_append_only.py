"""Rules for the end of a list's days stay as they were set."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("objections", "0001_initial")]

    operations = [ProtectRows("endrule")]
