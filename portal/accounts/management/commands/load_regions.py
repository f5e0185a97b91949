"""Make what is missing of the region tree (GB/T 2260)."""

from django.core.management.base import BaseCommand

from portal.accounts.models import Region
from portal.accounts.regions import load_region_tree


class Command(BaseCommand):
    help = "Make what is missing of the region tree (GB/T 2260). Runs any number of times."

    def handle(self, *args: object, **options: object) -> None:
        made = load_region_tree(Region)
        self.stdout.write(f"{made} regions made, {Region.objects.count()} in all.")
