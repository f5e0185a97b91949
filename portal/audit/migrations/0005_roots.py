"""Daily roots of the chain."""

from django.db import migrations, models

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_contents'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditRoot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='日期')),
                ('first', models.BigIntegerField(unique=True, verbose_name='首条')),
                ('last', models.BigIntegerField(unique=True, verbose_name='末条')),
                ('head', models.CharField(max_length=64, verbose_name='末条哈希')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256 根')),
                ('sm3', models.CharField(max_length=64, verbose_name='SM3 根')),
                ('token', models.BinaryField(help_text='RFC 3161 应答', null=True, verbose_name='时间戳')),
            ],
            options={
                'verbose_name': '审计根',
                'verbose_name_plural': '审计根',
            },
        ),
        ProtectRows("auditroot", writable=["token"], allowed="OLD.token IS NULL AND NEW.token IS NOT NULL"),
    ]
