from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "review.notices"
    label = "notices"
    verbose_name = "通知书"
    default_auto_field = "django.db.models.BigAutoField"
