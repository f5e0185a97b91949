from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "review.clients"
    label = "clients"
    verbose_name = "委托人"
