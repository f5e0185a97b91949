from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "review.payments"
    label = "payments"
    verbose_name = "支付"
