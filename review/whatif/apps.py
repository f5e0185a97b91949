from django.apps import AppConfig


class WhatIfConfig(AppConfig):
    name = "review.whatif"
    label = "whatif"
    verbose_name = "政策模拟"
