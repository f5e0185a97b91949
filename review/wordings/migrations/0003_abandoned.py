"""The notice that a claim counts as given up can be worded."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wordings', '0002_guarded'),
    ]

    operations = [
        migrations.AlterField(
            model_name='wording',
            name='kind',
            field=models.CharField(choices=[('receipt', '申报回执'), ('accept', '受理通知书'), ('decline', '不予受理通知书'), ('correct', '补正通知书'), ('abandon', '视为放弃申报通知书'), ('grant', '资助决定通知书'), ('refusal', '不予支持通知书'), ('recognise', '认定通知书'), ('payment', '拨款通知书'), ('change', '变更资助决定通知书'), ('revoke', '撤销资助决定通知书'), ('demand', '追缴通知书')], max_length=10, verbose_name='通知书'),
        ),
    ]
