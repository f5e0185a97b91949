from django.apps import AppConfig


class DraftingConfig(AppConfig):
    name = "policies.drafting"
    label = "drafting"
    verbose_name = "政策拟订"
    default_auto_field = "django.db.models.BigAutoField"
