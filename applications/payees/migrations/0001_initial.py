"""Payees of claims, frozen; claims that were submitted before take the applicant's present account."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from portal.core.triggers import ProtectRows

_FIELDS = ("name", "account_name", "bank_name", "cnaps_code", "account_number")


def freeze_submitted_claims(apps, _schema_editor):
    """Give every submitted claim on which money may still be paid its payee."""
    payee = apps.get_model("payees", "Payee")
    ended = ("draft", "withdrawn", "not_accepted", "rejected", "recognised")
    claims = apps.get_model("applications", "Claim").objects.exclude(status__in=ended).select_related("applicant")
    payee.objects.bulk_create(
        (
            payee(claim=claim, **{name: getattr(claim.applicant, name) for name in _FIELDS})
            for claim in claims.order_by("pk").iterator(chunk_size=1000)
        ),
        batch_size=1000,
    )


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0003_decision_role_label'),
        ('applications', '0004_decided'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PayeeRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('region_code', models.CharField(max_length=6, verbose_name='地区')),
                ('before', models.JSONField(verbose_name='变更前')),
                ('after', models.JSONField(verbose_name='变更后')),
                ('reason', models.CharField(max_length=200, verbose_name='变更理由')),
                ('requested_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='申请时间')),
                ('state', models.CharField(choices=[('pending', '待确认'), ('confirmed', '已确认'), ('refused', '未同意'), ('withdrawn', '已撤回')], default='pending', max_length=10, verbose_name='状态')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='办理时间')),
                ('decision_reason', models.CharField(blank=True, max_length=200, verbose_name='办理意见')),
                ('applicant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payee_requests', to='accounts.applicant')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '收款信息变更申请',
                'verbose_name_plural': '收款信息变更申请',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Payee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('account_name', models.CharField(max_length=120, verbose_name='账户名称')),
                ('bank_name', models.CharField(max_length=120, verbose_name='开户银行')),
                ('cnaps_code', models.CharField(max_length=12, verbose_name='联行号')),
                ('account_number', models.CharField(max_length=40, verbose_name='银行账号')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='时间')),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payees', to='applications.claim')),
                ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payees', to='payees.payeerequest', verbose_name='变更申请')),
            ],
            options={
                'verbose_name': '收款人',
                'verbose_name_plural': '收款人',
                'ordering': ['pk'],
                'get_latest_by': 'pk',
            },
        ),
        migrations.AddConstraint(
            model_name='payeerequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'pending')), fields=('applicant',), name='one_open_payee_request_each'),
        ),
        migrations.AddConstraint(
            model_name='payeerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'pending')), models.Q(models.Q(('state', 'pending'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('state', 'withdrawn'), models.Q(('decision_reason', ''), _negated=True), _connector='OR')), _connector='OR'), name='payee_request_decided_by_someone_with_a_reason'),
        ),
        migrations.RunPython(freeze_submitted_claims, migrations.RunPython.noop),
        ProtectRows("payee"),
        ProtectRows(
            "payeerequest",
            writable=["state", "decided_by", "decided_at", "decision_reason"],
            allowed="OLD.state = 'pending'",
        ),
    ]
