from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The ground floor: template tags, checks and commands that belong to no room of their own."""

    name = "portal"
    label = "portal"
    verbose_name = "门户"
