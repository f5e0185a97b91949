from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications.claims"
    label = "applications"
    verbose_name = "申报"
