from django.apps import AppConfig

from policies.engine.regions import know_districts
from portal.accounts.regions import CITIES


class PoliciesConfig(AppConfig):
    name = "policies.published"
    label = "policies"
    verbose_name = "政策"

    def ready(self) -> None:
        know_districts({code: name for *_, districts in CITIES for code, name in districts.items()})
