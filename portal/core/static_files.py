"""Where static files are found by the name that their content gives them."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from portal.core.used_styles import used_part, words_of

BOOTSTRAP = "bootstrap/css/bootstrap.min.css"


def bootstrap_used() -> str:
    """The rules of Bootstrap's sheet that a page can need, in some 50 KB of its 230."""
    return used_part(
        (Path(settings.BOOTSTRAP_DIR) / "css" / "bootstrap.min.css").read_text("utf-8"), words_of(_sources())
    )


def _sources() -> Iterator[Path]:
    """What names classes: our templates, scripts and modules, and the templates of the apps that draw for us."""
    yield from (Path(settings.BASE_DIR) / "templates").rglob("*.html")
    yield from (Path(settings.BASE_DIR) / "static" / "js").glob("*.js")
    for app in apps.get_app_configs():
        place = Path(app.path)
        yield from (place / "templates").rglob("*.html")
        if place.is_relative_to(settings.BASE_DIR / app.name.partition(".")[0]):
            yield from place.rglob("*.py")


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Remembers each address: every page asks for a dozen, and they stay while the process runs."""

    @cached_property
    def _addresses(self) -> dict[str, str]:
        return {}

    def url(self, name: str, force: bool = False) -> str:  # noqa: FBT001, FBT002 - Django's signature
        known = self._addresses.get(name)
        if known is None:
            known = self._addresses[name] = str(super().url(name, force))
        return known

    def post_process(self, paths: dict[str, tuple[Storage, str]], *args: Any, **options: Any) -> Iterator[Any]:
        """Keep of Bootstrap what pages use, before files are named by their content: nobody sees a page sooner."""
        if BOOTSTRAP in paths and not options.get("dry_run"):
            self.delete(BOOTSTRAP)
            self._save(BOOTSTRAP, ContentFile(bootstrap_used().encode()))
            paths = {**paths, BOOTSTRAP: (self, BOOTSTRAP)}
        yield from super().post_process(paths, *args, **options)
