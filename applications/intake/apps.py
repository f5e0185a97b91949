from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "applications.intake"
    label = "intake"
    verbose_name = "材料接收"
