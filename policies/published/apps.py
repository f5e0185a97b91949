from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "policies.published"
    label = "policies"
    verbose_name = "政策"
