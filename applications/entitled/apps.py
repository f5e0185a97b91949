from django.apps import AppConfig


class EntitledConfig(AppConfig):
    name = "applications.entitled"
    label = "entitled"
    verbose_name = "免申即享"
