"""The outbox of mails becomes one for every channel, with the state of each message; its table keeps its name."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.core.encrypted_fields


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("notifications", "0003_encrypted_mails"),
    ]

    operations = [
        migrations.AlterModelTable("outboxemail", "notifications_outboxemail"),
        migrations.RenameModel("OutboxEmail", "Outgoing"),
        migrations.AlterModelOptions("outgoing", {"verbose_name": "待发消息", "verbose_name_plural": "待发消息"}),
        migrations.CreateModel(
            name='Choices',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('switches', models.JSONField(default=dict, verbose_name='渠道')),
                ('is_quiet', models.BooleanField(default=True, verbose_name='夜间不打扰')),
                ('quiet_from', models.PositiveSmallIntegerField(default=22, validators=[django.core.validators.MaxValueValidator(23)], verbose_name='从')),
                ('quiet_until', models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MaxValueValidator(23)], verbose_name='到')),
                ('wants_digest', models.BooleanField(default=True, verbose_name='每日待办汇总')),
                ('digest_hour', models.PositiveSmallIntegerField(default=8, validators=[django.core.validators.MaxValueValidator(23)], verbose_name='汇总时间')),
                ('chat_account', portal.core.encrypted_fields.EncryptedField(blank=True, longest=64, verbose_name='政务微信/钉钉账号')),
            ],
        ),
        migrations.AddField(
            model_name='message',
            name='is_shown',
            field=models.BooleanField(default=True, verbose_name='站内显示'),
        ),
        migrations.AddField(
            model_name='message',
            name='kind',
            field=models.CharField(blank=True, max_length=60, verbose_name='种类'),
        ),
        migrations.AddField(
            model_name='outgoing',
            name='attempts',
            field=models.PositiveIntegerField(default=0, verbose_name='已尝试'),
        ),
        migrations.AddField(
            model_name='outgoing',
            name='channel',
            field=models.CharField(choices=[('site', '站内'), ('email', '邮件'), ('sms', '短信'), ('chat', '政务微信/钉钉')], default='email', max_length=10, verbose_name='渠道'),
        ),
        migrations.AddField(
            model_name='outgoing',
            name='error',
            field=models.CharField(blank=True, max_length=300, verbose_name='最近错误'),
        ),
        migrations.AddField(
            model_name='outgoing',
            name='given_up_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='outgoing',
            name='kind',
            field=models.CharField(blank=True, max_length=60, verbose_name='种类'),
        ),
        migrations.AddField(
            model_name='outgoing',
            name='reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='放弃的理由'),
        ),
        migrations.AddField(
            model_name='outgoing',
            name='region_code',
            field=models.CharField(blank=True, max_length=6, verbose_name='地区'),
        ),
        migrations.AddField(
            model_name='outgoing',
            name='state',
            field=models.CharField(choices=[('waiting', '待发送'), ('sent', '已发送'), ('failed', '失败'), ('given_up', '已放弃')], default='waiting', max_length=10, verbose_name='状态'),
        ),
        migrations.AlterField(
            model_name='outgoing',
            name='message',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='outgoing', to='notifications.message'),
        ),
        migrations.AlterField(
            model_name='outgoing',
            name='to',
            field=models.EmailField(blank=True, max_length=254, verbose_name='收件人'),
        ),
        migrations.AddIndex(
            model_name='outgoing',
            index=models.Index(fields=['state', '-id'], name='outgoing_by_state'),
        ),
        migrations.AddConstraint(
            model_name='outgoing',
            constraint=models.UniqueConstraint(fields=('message', 'channel'), name='one_outgoing_per_channel'),
        ),
        migrations.AddField(
            model_name='choices',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='message_choices', to=settings.AUTH_USER_MODEL),
        ),
    ]
