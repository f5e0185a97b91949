from django.apps import AppConfig


class RatesConfig(AppConfig):
    name = "policies.rates"
    label = "rates"
    verbose_name = "区级标准"
