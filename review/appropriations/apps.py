from django.apps import AppConfig


class AppropriationsConfig(AppConfig):
    name = "review.appropriations"
    label = "appropriations"
    verbose_name = "资金分配"
