from django.apps import AppConfig


class OwnershipConfig(AppConfig):
    name = "portal.ownership"
    label = "ownership"
    verbose_name = "主体核验"
