"""Samples of conclusions, and second looks."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0011_dates_of_office'),
        ('review', '0014_by_rule'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Sample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('inspects', models.BooleanField(default=False, help_text='否则抽取审核意见', verbose_name='抽取现场检查对象')),
                ('source', models.CharField(choices=[('all', '全部意见'), ('people', '人员办理的意见'), ('rule', '按规则办理的意见')], default='all', max_length=10, verbose_name='抽取范围')),
                ('stage', models.CharField(blank=True, choices=[('acceptance', '受理'), ('district_first', '区级初审'), ('district_second', '区级复核'), ('city', '市级复审'), ('audit', '第三方审计'), ('panel', '专家评审'), ('final', '审定')], help_text='空为全部审核环节', max_length=20, verbose_name='环节')),
                ('since', models.DateField(verbose_name='意见日期从')),
                ('until', models.DateField(verbose_name='意见日期至')),
                ('confidence', models.PositiveSmallIntegerField(choices=[(90, '90%'), (95, '95%'), (99, '99%')], verbose_name='置信水平')),
                ('margin', models.PositiveSmallIntegerField(verbose_name='误差范围（%）')),
                ('population', models.PositiveIntegerField(verbose_name='总数')),
                ('size', models.PositiveIntegerField(verbose_name='样本数')),
                ('seed', models.CharField(max_length=40, verbose_name='随机种子')),
                ('drawn_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='抽取时间')),
                ('drawn_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='抽取人')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.region', verbose_name='地区')),
            ],
            options={
                'verbose_name': '复核抽查',
                'verbose_name_plural': '复核抽查',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('position', models.PositiveIntegerField(verbose_name='序号')),
                ('state', models.CharField(choices=[('open', '待复核'), ('agreed', '一致'), ('differed', '不一致')], default='open', max_length=10, verbose_name='状态')),
                ('conclusion', models.CharField(blank=True, choices=[('support', '支持'), ('correct', '退回补正'), ('send_back', '退回经办'), ('refuse', '不予支持')], max_length=20, verbose_name='复核结论')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='复核金额（元）')),
                ('words', models.CharField(blank=True, max_length=500, verbose_name='说明')),
                ('judged_at', models.DateTimeField(blank=True, null=True, verbose_name='复核时间')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='review.decision', verbose_name='原意见')),
                ('judged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人')),
                ('sample', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='spotchecks.sample')),
            ],
            options={
                'verbose_name': '抽查件',
                'verbose_name_plural': '抽查件',
                'ordering': ['position'],
            },
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.CheckConstraint(condition=models.Q(('size__gt', 0), ('size__lte', models.F('population'))), name='sample_of_its_population'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.CheckConstraint(condition=models.Q(('margin__gte', 1), ('margin__lte', 30)), name='sample_margin'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(fields=('sample', 'decision'), name='drawn_once_in_a_sample'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('conclusion', ''), ('judged_at', None), ('judged_by', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), models.Q(('conclusion', ''), _negated=True), models.Q(('words', ''), _negated=True), ('judged_at__isnull', False), ('judged_by__isnull', False)), _connector='OR'), name='second_look_is_whole'),
        ),
    ]
