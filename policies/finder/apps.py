from django.apps import AppConfig


class FinderConfig(AppConfig):
    name = "policies.finder"
    label = "finder"
    verbose_name = "政策匹配"
