from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "policies.calls"
    label = "calls"
    verbose_name = "申报通知"
    default_auto_field = "django.db.models.BigAutoField"
