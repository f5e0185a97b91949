"""Claims know who decides them and may end with a title; stored answers are replayed and the runs kept."""

import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_regions'),
        ('applications', '0003_claim_call'),
        ('policies', '0002_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AssessmentReplay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(verbose_name='开始时间')),
                ('finished_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='完成时间')),
                ('checked', models.PositiveIntegerField(verbose_name='核对数')),
                ('differing', models.PositiveIntegerField(verbose_name='不一致数')),
                ('differences', models.JSONField(default=list, help_text='最前面的若干项：测算、申报编号、说明', verbose_name='不一致的测算')),
            ],
            options={
                'verbose_name': '测算重放',
                'verbose_name_plural': '测算重放',
                'ordering': ['-pk'],
                'get_latest_by': 'pk',
            },
        ),
        migrations.AddField(
            model_name='claim',
            name='approved_title',
            field=models.CharField(blank=True, max_length=200, verbose_name='认定名称'),
        ),
        migrations.AddField(
            model_name='claim',
            name='route',
            field=models.CharField(choices=[('city', '市级审定'), ('district', '区级审定，市级监督')], default='city', max_length=10, verbose_name='审定层级'),
        ),
        migrations.AlterField(
            model_name='assessment',
            name='stage',
            field=models.CharField(choices=[('create', '新建申报'), ('submit', '提交'), ('resubmit', '补正后重新提交'), ('withdraw', '撤回'), ('accept', '受理'), ('decline', '不予受理'), ('district_pass', '初审完成'), ('district_confirm', '复核通过'), ('send_back', '退回经办'), ('city_pass', '复审通过'), ('request_correction', '退回补正'), ('decide', '审定支持'), ('reject', '不予支持'), ('publicise', '列入公示'), ('object', '登记异议'), ('dismiss_objection', '异议不成立'), ('uphold_objection', '异议成立'), ('approve', '公示期满批准'), ('recognise', '公示期满认定'), ('record_payment', '登记拨付'), ('record_return', '登记退票')], max_length=30, verbose_name='环节'),
        ),
        migrations.AlterField(
            model_name='claim',
            name='returned_from',
            field=models.CharField(blank=True, choices=[('draft', '草稿'), ('submitted', '待受理'), ('district_review', '待区级初审'), ('district_confirmation', '待区级复核'), ('city_review', '待市级复审'), ('final_decision', '待审定'), ('awaiting_publicity', '待公示'), ('publicity', '公示中'), ('objection', '异议处理中'), ('approved', '已批准'), ('paid', '已拨付'), ('recognised', '已认定'), ('correction', '待补正'), ('withdrawn', '已撤回'), ('not_accepted', '不予受理'), ('rejected', '不予支持')], max_length=30, verbose_name='补正前状态'),
        ),
        migrations.AlterField(
            model_name='claim',
            name='status',
            field=models.CharField(choices=[('draft', '草稿'), ('submitted', '待受理'), ('district_review', '待区级初审'), ('district_confirmation', '待区级复核'), ('city_review', '待市级复审'), ('final_decision', '待审定'), ('awaiting_publicity', '待公示'), ('publicity', '公示中'), ('objection', '异议处理中'), ('approved', '已批准'), ('paid', '已拨付'), ('recognised', '已认定'), ('correction', '待补正'), ('withdrawn', '已撤回'), ('not_accepted', '不予受理'), ('rejected', '不予支持')], default='draft', max_length=30, verbose_name='状态'),
        ),
        migrations.AlterField(
            model_name='claimevent',
            name='action',
            field=models.CharField(choices=[('create', '新建申报'), ('submit', '提交'), ('resubmit', '补正后重新提交'), ('withdraw', '撤回'), ('accept', '受理'), ('decline', '不予受理'), ('district_pass', '初审完成'), ('district_confirm', '复核通过'), ('send_back', '退回经办'), ('city_pass', '复审通过'), ('request_correction', '退回补正'), ('decide', '审定支持'), ('reject', '不予支持'), ('publicise', '列入公示'), ('object', '登记异议'), ('dismiss_objection', '异议不成立'), ('uphold_objection', '异议成立'), ('approve', '公示期满批准'), ('recognise', '公示期满认定'), ('record_payment', '登记拨付'), ('record_return', '登记退票')], max_length=30, verbose_name='操作'),
        ),
        migrations.AlterField(
            model_name='claimevent',
            name='from_status',
            field=models.CharField(blank=True, choices=[('draft', '草稿'), ('submitted', '待受理'), ('district_review', '待区级初审'), ('district_confirmation', '待区级复核'), ('city_review', '待市级复审'), ('final_decision', '待审定'), ('awaiting_publicity', '待公示'), ('publicity', '公示中'), ('objection', '异议处理中'), ('approved', '已批准'), ('paid', '已拨付'), ('recognised', '已认定'), ('correction', '待补正'), ('withdrawn', '已撤回'), ('not_accepted', '不予受理'), ('rejected', '不予支持')], max_length=30),
        ),
        migrations.AlterField(
            model_name='claimevent',
            name='to_status',
            field=models.CharField(choices=[('draft', '草稿'), ('submitted', '待受理'), ('district_review', '待区级初审'), ('district_confirmation', '待区级复核'), ('city_review', '待市级复审'), ('final_decision', '待审定'), ('awaiting_publicity', '待公示'), ('publicity', '公示中'), ('objection', '异议处理中'), ('approved', '已批准'), ('paid', '已拨付'), ('recognised', '已认定'), ('correction', '待补正'), ('withdrawn', '已撤回'), ('not_accepted', '不予受理'), ('rejected', '不予支持')], max_length=30),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'recognised'), _negated=True), models.Q(models.Q(('approved_title', ''), _negated=True), ('approved_amount', None)), _connector='OR'), name='claim_recognised_has_a_title_and_no_amount'),
        ),
        migrations.AddConstraint(
            model_name='assessmentreplay',
            constraint=models.CheckConstraint(condition=models.Q(('differing__lte', models.F('checked'))), name='replay_differs_in_what_it_checked'),
        ),
        ProtectRows('assessmentreplay'),
    ]
