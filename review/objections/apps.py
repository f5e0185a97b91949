from django.apps import AppConfig


class ObjectionsConfig(AppConfig):
    name = "review.objections"
    label = "objections"
    verbose_name = "网上异议"
