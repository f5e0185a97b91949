"""A claim may take from its limits again after it gave back. SQLite rebuilds the table: it is protected again."""

from django.db import migrations, models

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0007_recall'),
        ('ledger', '0003_contents'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='limitentry',
            name='reserved_and_released_once',
        ),
        migrations.AddField(
            model_name='limitentry',
            name='turn',
            field=models.PositiveIntegerField(default=0, help_text='该申报此前释放过几次', verbose_name='次第'),
        ),
        migrations.AddConstraint(
            model_name='limitentry',
            constraint=models.UniqueConstraint(fields=('bucket', 'claim', 'kind', 'turn'), name='reserved_and_released_once'),
        ),
        ProtectRows("limitentry"),
    ]
