"""Sums that people set, and titles. SQLite rebuilds the tables: what protects their rows is set up again."""

from django.conf import settings
from django.db import migrations, models

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0004_decided'),
        ('review', '0002_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='decision_no',
            field=models.CharField(blank=True, help_text='文件或决定的名称、文号和日期', max_length=120, verbose_name='金额依据'),
        ),
        migrations.AddField(
            model_name='decision',
            name='is_discretionary',
            field=models.BooleanField(default=False, help_text='文件未定金额，由审核人员提出', verbose_name='金额由审定决定'),
        ),
        migrations.AddField(
            model_name='decision',
            name='title',
            field=models.CharField(blank=True, max_length=200, verbose_name='认定名称'),
        ),
        migrations.AddField(
            model_name='publicityentry',
            name='title',
            field=models.CharField(blank=True, max_length=200, verbose_name='拟认定名称'),
        ),
        migrations.AlterField(
            model_name='publicityentry',
            name='amount',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='拟资助金额（元）'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('conclusion', 'support'), _negated=True), ('stage', 'acceptance'), ('amount__gt', 0), models.Q(('amount', None), models.Q(('title', ''), _negated=True)), _connector='OR'), name='support_has_a_sum_or_a_title'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('conclusion', 'support'), ('is_discretionary', True), ('stage', 'final'), _negated=True), ('amount', None), models.Q(('decision_no', ''), _negated=True), _connector='OR'), name='discretionary_sum_names_what_sets_it'),
        ),
        migrations.AddConstraint(
            model_name='publicityentry',
            constraint=models.CheckConstraint(condition=models.Q(('amount__isnull', False), models.Q(('title', ''), _negated=True), _connector='OR'), name='entry_has_a_sum_or_a_title'),
        ),
        ProtectRows('decision'),
        ProtectRows('publicityentry'),
    ]
