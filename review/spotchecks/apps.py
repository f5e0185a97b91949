from django.apps import AppConfig


class SpotchecksConfig(AppConfig):
    name = "review.spotchecks"
    label = "spotchecks"
    verbose_name = "复核抽查"
