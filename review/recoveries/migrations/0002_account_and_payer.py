"""The account of a demand, and the payer whose part alone is lowered."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_carried_over_officials'),
        ('recoveries', '0001_recoveries'),
    ]

    operations = [
        migrations.AddField(
            model_name='recovery',
            name='account',
            field=models.CharField(blank=True, help_text='户名、开户行和账号', max_length=200, verbose_name='退回账户'),
        ),
        migrations.AddField(
            model_name='recovery',
            name='payer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='只调减其承担部分的出资方'),
        ),
    ]
