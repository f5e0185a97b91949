"""Kinds of security events."""

from django.db import models


class SecurityKind(models.TextChoices):
    EXPORT = "export", "导出"
    DISCLOSURE = "disclosure", "查看完整号码"
    SIGN_IN_FAILED = "sign_in_failed", "登录失败"
    SECOND_FACTOR_FAILED = "second_factor", "双重验证失败"
    SIGNED_OUT = "signed_out", "退出登录"
    REFUSED = "refused", "拒绝访问"
