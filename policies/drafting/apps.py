from django.apps import AppConfig


class DraftingConfig(AppConfig):
    name = "policies.drafting"
    label = "drafting"
    verbose_name = "政策拟订"
