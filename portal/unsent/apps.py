from django.apps import AppConfig


class UnsentConfig(AppConfig):
    name = "portal.unsent"
    label = "unsent"
    verbose_name = "未提交的内容"
