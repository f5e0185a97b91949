"""What follows an award or a decision."""

import django.db.models.deletion
import django.utils.timezone
import portal.core.encrypted_fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0011_dates_of_office'),
        ('applications', '0011_procedures'),
        ('policies', '0004_document_texts'),
        ('recoveries', '0002_account_and_payer'),
        ('spotchecks', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('milestone', '阶段目标'), ('report', '绩效报告'), ('inspection', '现场检查'), ('renewal', '到期续认'), ('complaint', '投诉举报'), ('reconsideration', '行政复议'), ('suit', '行政诉讼')], max_length=16, verbose_name='类型')),
                ('title', models.CharField(max_length=100, verbose_name='名称')),
                ('text', models.CharField(blank=True, max_length=1000, verbose_name='要求或请求')),
                ('fields', models.JSONField(blank=True, default=list, verbose_name='填报项目')),
                ('answers', models.JSONField(blank=True, default=dict, verbose_name='填报内容')),
                ('party', portal.core.encrypted_fields.EncryptedField(blank=True, longest=100, verbose_name='投诉人、申请人或原告')),
                ('number', models.CharField(blank=True, max_length=80, verbose_name='案号或文号')),
                ('state', models.CharField(choices=[('asked', '待办理'), ('submitted', '待审核'), ('returned', '退回修改'), ('open', '办理中'), ('accepted', '已通过'), ('expired', '已到期'), ('cancelled', '已取消'), ('upheld', '成立（撤销或变更）'), ('partly', '部分成立'), ('dismissed', '不成立（维持）'), ('withdrawn', '已撤回或终止')], max_length=10, verbose_name='状态')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='期限')),
                ('effect', models.CharField(blank=True, choices=[('none', '不影响资助'), ('lower', '提出调减或撤销资助')], max_length=8, verbose_name='对资助的影响')),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='提出时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='followups', to='applications.claim', verbose_name='申报')),
                ('opened_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ('recovery', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='recoveries.recovery')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='地区')),
                ('sample', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='spotchecks.sample')),
            ],
            options={
                'verbose_name': '后续事项',
                'verbose_name_plural': '后续事项',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='FollowUpEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('begin', '提出'), ('submit', '报送'), ('accept', '审核通过'), ('return', '退回修改'), ('pass', '检查通过'), ('fault', '检查发现问题，要求整改'), ('renew', '已续认'), ('expire', '到期未续认'), ('cancel', '取消'), ('uphold', '成立'), ('uphold_partly', '部分成立'), ('dismiss', '不成立'), ('withdraw', '登记撤回或终止')], max_length=16, verbose_name='操作')),
                ('words', models.TextField(blank=True, verbose_name='内容')),
                ('visited_on', models.DateField(blank=True, null=True, verbose_name='检查日期')),
                ('inspectors', models.CharField(blank=True, max_length=100, verbose_name='检查人员')),
                ('actor_name', models.CharField(max_length=40, verbose_name='办理人')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='时间')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('followup', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='followup.followup')),
            ],
            options={
                'verbose_name': '后续事项经过',
                'verbose_name_plural': '后续事项经过',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='FollowUpFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('filename', models.CharField(max_length=200, verbose_name='文件名')),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField(verbose_name='大小（字节）')),
                ('media_type', models.CharField(max_length=60, verbose_name='类型')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='followup.followupevent')),
            ],
            options={
                'verbose_name': '后续事项的文件',
                'verbose_name_plural': '后续事项的文件',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('milestone', '阶段目标'), ('report', '绩效报告'), ('inspection', '现场检查'), ('renewal', '到期续认'), ('complaint', '投诉举报'), ('reconsideration', '行政复议'), ('suit', '行政诉讼')], max_length=16, verbose_name='类型')),
                ('title', models.CharField(max_length=100, verbose_name='名称')),
                ('text', models.CharField(blank=True, max_length=500, verbose_name='要求')),
                ('months', models.PositiveSmallIntegerField(verbose_name='批准后多少个月')),
                ('fields', models.JSONField(blank=True, default=list, verbose_name='填报项目')),
                ('added_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='添加时间')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policies.supportitem', verbose_name='支持事项')),
            ],
            options={
                'verbose_name': '后续要求',
                'verbose_name_plural': '后续要求',
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='followup',
            name='plan',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='followup.plan'),
        ),
        migrations.CreateModel(
            name='CreditRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('reason', models.CharField(max_length=500, verbose_name='失信事实')),
                ('basis', models.CharField(max_length=200, verbose_name='依据')),
                ('from_on', models.DateField(verbose_name='起始日期')),
                ('until_on', models.DateField(verbose_name='截止日期')),
                ('entered_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='登记时间')),
                ('repaired_at', models.DateTimeField(blank=True, null=True, verbose_name='修复时间')),
                ('repair_reason', models.CharField(blank=True, max_length=300, verbose_name='修复理由')),
                ('applicant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.applicant', verbose_name='单位')),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='地区')),
                ('repaired_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='修复人')),
                ('followup', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_records', to='followup.followup', verbose_name='来源事项')),
            ],
            options={
                'verbose_name': '信用记录',
                'verbose_name_plural': '信用记录',
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until_on__gte', models.F('from_on'))), name='credit_record_has_an_end'), models.CheckConstraint(condition=models.Q(models.Q(('repair_reason', ''), ('repaired_at', None), ('repaired_by', None)), models.Q(('repaired_at__isnull', False), ('repaired_by__isnull', False), models.Q(('repair_reason', ''), _negated=True), models.Q(('repaired_by', models.F('entered_by')), _negated=True)), _connector='OR'), name='credit_record_repaired_by_another')],
            },
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('months__gte', 1), ('months__lte', 240)), name='plan_months'),
        ),
        migrations.AddIndex(
            model_name='followup',
            index=models.Index(fields=['region', 'state', 'due_on'], name='followups_by_day'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.UniqueConstraint(fields=('claim', 'plan'), name='asked_once_of_a_claim'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('state__in', ['asked', 'open', 'returned', 'submitted'])), models.Q(models.Q(('state__in', ['asked', 'open', 'returned', 'submitted']), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='followup_closed_with_its_state'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(('effect', ''), ('kind__in', ['complaint', 'reconsideration', 'suit']), _connector='OR'), name='followup_effect_is_a_disputes'),
        ),
    ]
