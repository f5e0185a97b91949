"""The decision is a district's duty too where the document lets the district decide: its label names no level."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_regions")]

    operations = [
        migrations.AlterField(
            model_name="appointment",
            name="role",
            field=models.CharField(
                choices=[
                    ("acceptance", "受理"),
                    ("district_first", "区级经办"),
                    ("district_second", "区级复核"),
                    ("city_officer", "市级审核"),
                    ("decision_maker", "审定"),
                    ("finance", "财务"),
                    ("policy_admin", "政策管理"),
                    ("auditor", "审计"),
                    ("system_admin", "系统管理"),
                ],
                max_length=20,
                verbose_name="职责",
            ),
        ),
    ]
