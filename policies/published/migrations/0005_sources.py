"""A text is published with the document's own words, and an item with the sentences that it rests on."""

from django.db import migrations, models

from portal.core.triggers import ProtectRows, ReleaseRows


class Migration(migrations.Migration):
    dependencies = [("policies", "0004_document_texts")]

    operations = [
        migrations.AddField(
            model_name="supportitem",
            name="passages",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="所依据的各句：位置和文字，发布时写入",
                verbose_name="原文依据",
            ),
        ),
        ReleaseRows("documenttext"),
        migrations.AddField(
            model_name="documenttext",
            name="source",
            field=models.TextField(blank=True, default="", verbose_name="原文"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="documenttext",
            name="marks",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="每一句由哪些事项落实，或为什么不涉及资助",
                verbose_name="原文标注",
            ),
        ),
        ProtectRows("documenttext"),
    ]
