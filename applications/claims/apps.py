from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications.claims"
    label = "applications"
    verbose_name = "申报"
    default_auto_field = "django.db.models.BigAutoField"
