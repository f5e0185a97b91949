from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "review.targets"
    label = "targets"
    verbose_name = "目标与方案"
