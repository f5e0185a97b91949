"""Every database has the regions of the policy documents; without them nobody could register."""

from django.db import migrations

from portal.accounts.regions import load_region_tree


def load(apps, _schema_editor):
    load_region_tree(apps.get_model("accounts", "Region"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
