"""Recoveries: proceedings, receipts, instalments, credit marks and versions of awards."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0004_kinds_as_in_documents'),
        ('applications', '0007_recall'),
        ('funding', '0007_contents'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Recovery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('state', models.CharField(choices=[('proposed', '拟办理'), ('hearing', '陈述申辩'), ('decided', '待送达'), ('served', '待退回'), ('repaying', '退回中'), ('waiver_asked', '申请免缴'), ('enforced', '强制执行'), ('settled', '已结清'), ('waived', '已免缴'), ('dismissed', '不予追缴')], default='proposed', max_length=12, verbose_name='状态')),
                ('ground', models.CharField(choices=[('false', '弄虚作假、骗取资金'), ('duplicate', '同一事项重复获得资助'), ('condition', '不再符合资助条件'), ('misuse', '未按规定用途使用资金'), ('error', '审核或计算有误'), ('credit', '严重失信，或主体已注销、破产'), ('other', '其他原因')], max_length=12, verbose_name='事由')),
                ('clause', models.CharField(max_length=200, verbose_name='依据条款')),
                ('facts', models.TextField(verbose_name='事实和理由')),
                ('new_fen', models.BigIntegerField(verbose_name='调整后的资助（分）')),
                ('fen', models.BigIntegerField(help_text='作出决定前为预计数', verbose_name='应退回（分）')),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='提出时间')),
                ('hearing_due_on', models.DateField(blank=True, null=True, verbose_name='陈述申辩截止')),
                ('statement', models.TextField(blank=True, verbose_name='陈述申辩')),
                ('decision_no', models.CharField(blank=True, max_length=80, verbose_name='决定文号')),
                ('decision_text', models.TextField(blank=True, verbose_name='决定理由')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='决定时间')),
                ('pay_days', models.PositiveIntegerField(default=30, verbose_name='退回期限（日）')),
                ('daily_rate', models.DecimalField(blank=True, decimal_places=8, max_digits=9, null=True, verbose_name='日利率')),
                ('interest_from', models.DateField(blank=True, null=True, verbose_name='计息起始日')),
                ('served_on', models.DateField(blank=True, null=True, verbose_name='送达日期')),
                ('served_how', models.CharField(blank=True, choices=[('direct', '直接送达'), ('post', '邮寄送达'), ('electronic', '电子送达'), ('notice', '公告送达')], max_length=12, verbose_name='送达方式')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='退回期限')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('applicant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recoveries', to='accounts.applicant')),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recoveries', to='applications.claim', verbose_name='申报')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='办理地区')),
                ('waived_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('waiver_asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '资金追缴',
                'verbose_name_plural': '资金追缴',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('voucher', models.CharField(max_length=60, verbose_name='凭证号')),
                ('on', models.DateField(verbose_name='到账日期')),
                ('principal_fen', models.BigIntegerField(verbose_name='本金（分）')),
                ('interest_fen', models.BigIntegerField(default=0, verbose_name='利息（分）')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recovery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='recoveries.recovery')),
            ],
            options={
                'verbose_name': '追缴退款',
                'verbose_name_plural': '追缴退款',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Instalment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plan', models.PositiveIntegerField(default=1, verbose_name='计划')),
                ('due_on', models.DateField(verbose_name='到期日')),
                ('fen', models.BigIntegerField(verbose_name='金额（分）')),
                ('recovery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instalments', to='recoveries.recovery')),
            ],
            options={
                'ordering': ['plan', 'due_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='CreditMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_on', models.DateField(verbose_name='起')),
                ('until_on', models.DateField(verbose_name='止')),
                ('applicant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_marks', to='accounts.applicant')),
                ('recovery', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='mark', to='recoveries.recovery')),
            ],
            options={
                'verbose_name': '失信标记',
                'verbose_name_plural': '失信标记',
            },
        ),
        migrations.CreateModel(
            name='AwardVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(verbose_name='版本')),
                ('fen', models.BigIntegerField(verbose_name='资助金额（分）')),
                ('parts', models.JSONField(verbose_name='各方承担（分）')),
                ('reason', models.TextField(verbose_name='理由')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='时间')),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='funding.award')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recovery', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='award_version', to='recoveries.recovery')),
            ],
            options={
                'verbose_name': '资助变更',
                'verbose_name_plural': '资助变更',
                'ordering': ['award', 'version'],
            },
        ),
        migrations.CreateModel(
            name='RecoveryEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('propose', '提出'), ('hear', '告知并听取陈述申辩'), ('state', '提交陈述申辩'), ('decide', '作出决定'), ('dismiss', '不予追缴'), ('serve', '登记送达'), ('plan', '制定分期计划'), ('receive', '登记退款'), ('settle', '结清'), ('enforce', '移送强制执行'), ('ask_waiver', '提请免予追缴'), ('grant_waiver', '同意免予追缴'), ('refuse_waiver', '不同意免缴')], max_length=16, verbose_name='操作')),
                ('to_state', models.CharField(choices=[('proposed', '拟办理'), ('hearing', '陈述申辩'), ('decided', '待送达'), ('served', '待退回'), ('repaying', '退回中'), ('waiver_asked', '申请免缴'), ('enforced', '强制执行'), ('settled', '已结清'), ('waived', '已免缴'), ('dismissed', '不予追缴')], max_length=12)),
                ('actor_name', models.CharField(max_length=40)),
                ('note', models.TextField(blank=True, verbose_name='说明')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recovery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='recoveries.recovery')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='recovery',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['decided', 'enforced', 'hearing', 'proposed', 'repaying', 'served', 'waiver_asked'])), fields=('claim',), name='one_open_recovery_a_claim'),
        ),
        migrations.AddConstraint(
            model_name='recovery',
            constraint=models.CheckConstraint(condition=models.Q(('fen__gte', 0), ('new_fen__gte', 0)), name='recovered_sums_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='recovery',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='recovery_decided_by_another'),
        ),
        migrations.AddConstraint(
            model_name='recovery',
            constraint=models.CheckConstraint(condition=models.Q(('waived_by', None), models.Q(('waived_by', models.F('waiver_asked_by')), _negated=True), _connector='OR'), name='waiver_granted_by_another'),
        ),
        migrations.AddConstraint(
            model_name='recovery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('daily_rate', None), ('interest_from', None)), models.Q(('daily_rate__gt', 0), ('interest_from__isnull', False)), _connector='OR'), name='interest_has_rate_and_day'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(fields=('recovery', 'voucher'), name='one_receipt_a_voucher'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(('interest_fen__gte', 0), ('principal_fen__gte', 0), models.Q(('principal_fen__gt', 0), ('interest_fen__gt', 0), _connector='OR')), name='receipt_is_something'),
        ),
        migrations.AddConstraint(
            model_name='instalment',
            constraint=models.CheckConstraint(condition=models.Q(('fen__gt', 0)), name='instalment_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='creditmark',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__gte', models.F('from_on'))), name='mark_ends_after_its_beginning'),
        ),
        migrations.AddConstraint(
            model_name='awardversion',
            constraint=models.UniqueConstraint(fields=('award', 'version'), name='one_award_version_a_number'),
        ),
        migrations.AddConstraint(
            model_name='awardversion',
            constraint=models.CheckConstraint(condition=models.Q(('fen__gte', 0), ('version__gte', 2)), name='award_version_is_a_later_one'),
        ),
        ProtectRows("recoveryevent"),
        ProtectRows("instalment"),
        ProtectRows("receipt"),
        ProtectRows("awardversion"),
    ]
