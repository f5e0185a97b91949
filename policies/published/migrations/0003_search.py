"""What a search looks for, beside each item. The next publication fills it: every deployment publishes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="supportitem",
            name="search_text",
            field=models.TextField(blank=True, default="", editable=False, verbose_name="检索原文"),
        ),
        migrations.AddField(
            model_name="supportitem",
            name="search_key",
            field=models.TextField(blank=True, default="", editable=False, verbose_name="检索比对形式"),
        ),
    ]
