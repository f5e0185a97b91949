from django.apps import AppConfig


class DisplayConfig(AppConfig):
    name = "portal.display"
    label = "display"
    verbose_name = "显示"
