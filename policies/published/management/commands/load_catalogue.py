"""Publish the catalogue that comes with the portal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.drafting.services.cases import load_package_cases
from policies.engine import CatalogueError
from policies.published.services import PublishError, publish_catalogue
from portal.core.actor import ActorContext


class Command(BaseCommand):
    help = "Publish the authored catalogue: unchanged items stay as they are, a changed one gets a new version."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            act = ActorContext(user=None, at=timezone.now())
            published = publish_catalogue(act)
            load_package_cases(act=act)
        except (CatalogueError, PublishError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{published.documents} 个文件，{published.items} 个事项，新发布 {published.new_versions} 个版本。"
        )
        for citation in published.kept:
            self.stdout.write(f"{citation} 已在线拟订发布，以在线发布的为准，未改回随系统提供的文本。")
