from django.apps import AppConfig


class PayeesConfig(AppConfig):
    name = "applications.payees"
    label = "payees"
    verbose_name = "收款人"
