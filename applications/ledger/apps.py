from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "applications.ledger"
    label = "ledger"
    verbose_name = "限额台账"
