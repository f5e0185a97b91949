from django.apps import AppConfig


class ExpertsConfig(AppConfig):
    name = "portal.experts"
    label = "experts"
    verbose_name = "专家库"
