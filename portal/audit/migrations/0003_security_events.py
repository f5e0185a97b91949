"""Security events, kept until a day of their own and never changed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_decision_role_label"),
        ("audit", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SecurityEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("export", "导出"),
                            ("disclosure", "查看完整号码"),
                            ("sign_in_failed", "登录失败"),
                            ("second_factor", "双重验证失败"),
                            ("signed_out", "退出登录"),
                            ("refused", "拒绝访问"),
                        ],
                        max_length=20,
                        verbose_name="种类",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=40, verbose_name="姓名")),
                ("address", models.CharField(blank=True, max_length=45, verbose_name="来源地址")),
                ("region_code", models.CharField(blank=True, max_length=6, verbose_name="地区")),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        help_text="文件名、网址、账号或被查看的对象",
                        max_length=200,
                        verbose_name="对象",
                    ),
                ),
                ("details", models.JSONField(blank=True, default=dict, verbose_name="详情")),
                ("keep_until", models.DateField(verbose_name="保存至")),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "安全事件",
                "verbose_name_plural": "安全事件",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["region_code", "-id"], name="security_by_region"),
                    models.Index(fields=["keep_until"], name="security_by_retention"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SecuritySubject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("keep_until", models.DateField(verbose_name="保存至")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.applicant"
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="subjects", to="audit.securityevent"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("applicant", "event"), name="one_subject_per_event"),
                ],
            },
        ),
        ProtectRows("securityevent", deletable="OLD.keep_until < CURRENT_DATE"),
        ProtectRows("securitysubject", deletable="OLD.keep_until < CURRENT_DATE"),
    ]
