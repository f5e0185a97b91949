"""What was found on a point stays as it was recorded."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("checklists", "0001_initial")]

    operations = [ProtectRows("checklistanswer")]
