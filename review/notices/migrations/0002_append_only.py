"""A notice changes once in its life: when its file is made."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [
        ProtectRows(
            "notice",
            writable=["sha256", "size", "rendered_at"],
            allowed="OLD.rendered_at IS NULL AND NEW.rendered_at IS NOT NULL",
        ),
    ]
