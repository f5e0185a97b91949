from django.apps import AppConfig


class RecusalConfig(AppConfig):
    name = "portal.recusal"
    label = "recusal"
    verbose_name = "回避"
