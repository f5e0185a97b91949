"""Notices are voided, replaced and delivered."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_kinds_as_in_documents'),
        ('applications', '0005_corrections_answered'),
        ('notices', '0003_recognition'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='NoticeEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('voided', '作废'), ('shown', '在线出示'), ('downloaded', '下载'), ('mailed', '邮寄送达'), ('handed_over', '直接送达')], max_length=12, verbose_name='事件')),
                ('on', models.DateField(help_text='送达的日期，或登记当天', verbose_name='日期')),
                ('note', models.CharField(blank=True, help_text='作废原因，或送达回证、邮件单号', max_length=300, verbose_name='说明')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='时间')),
            ],
            options={
                'verbose_name': '通知书办理记录',
                'verbose_name_plural': '通知书办理记录',
                'ordering': ['pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='notice',
            name='one_notice_per_claim_and_kind',
        ),
        migrations.AddField(
            model_name='notice',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='notices.notice', verbose_name='替代的通知书'),
        ),
        migrations.AddField(
            model_name='notice',
            name='voided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='作废时间'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(condition=models.Q(('voided_at', None)), fields=('claim', 'kind'), name='one_valid_notice_per_claim_and_kind'),
        ),
        migrations.AddField(
            model_name='noticeevent',
            name='notice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='notices.notice'),
        ),
        migrations.AddField(
            model_name='noticeevent',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='人员'),
        ),
        migrations.AddConstraint(
            model_name='noticeevent',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'voided')), fields=('notice',), name='one_voiding_per_notice'),
        ),
        migrations.AddConstraint(
            model_name='noticeevent',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['shown', 'downloaded'])), fields=('notice', 'kind', 'user'), name='one_look_per_notice_and_person'),
        ),
        migrations.AddConstraint(
            model_name='noticeevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['shown', 'downloaded']), models.Q(('note', ''), _negated=True), _connector='OR'), name='what_an_officer_records_has_a_note'),
        ),
        # Again: SQLite drops the triggers of a table that it rebuilds.
        ProtectRows(
            "notice",
            writable=["sha256", "size", "rendered_at", "voided_at"],
            allowed=(
                "OLD.voided_at IS NULL AND ("
                "(OLD.rendered_at IS NULL AND NEW.rendered_at IS NOT NULL AND NEW.voided_at IS NULL) OR "
                "(NEW.voided_at IS NOT NULL AND NEW.sha256 = OLD.sha256 AND NEW.size = OLD.size AND "
                "COALESCE(NEW.rendered_at, NEW.created_at) = COALESCE(OLD.rendered_at, OLD.created_at)))"
            ),
        ),
        ProtectRows("noticeevent"),
    ]
