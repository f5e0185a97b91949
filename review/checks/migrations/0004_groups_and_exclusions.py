"""Sheets of groups of companies, and of products and firms that get no support."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checks", "0003_basis")]

    operations = [
        migrations.AlterField(
            model_name="registersheet",
            name="kind",
            field=models.CharField(
                choices=[
                    ("abnormal", "非正常专利申请名单"),
                    ("dishonesty", "严重失信主体名单"),
                    ("patents", "专利登记信息"),
                    ("companies", "企业登记信息"),
                    ("tariff", "官方收费标准"),
                    ("groups", "集团成员名单"),
                    ("excluded", "不予支持清单"),
                ],
                max_length=12,
                verbose_name="名单",
            ),
        ),
        migrations.AlterField(
            model_name="registerrow",
            name="key",
            field=models.CharField(max_length=200),
        ),
    ]
