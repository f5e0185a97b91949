from django.apps import AppConfig


class MandatesConfig(AppConfig):
    name = "applications.mandates"
    label = "mandates"
    verbose_name = "代理委托"
