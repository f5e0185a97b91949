from django.apps import AppConfig


class WhatIfConfig(AppConfig):
    name = "review.whatif"
    label = "whatif"
    verbose_name = "政策模拟"
    default_auto_field = "django.db.models.BigAutoField"
