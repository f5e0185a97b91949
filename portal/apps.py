from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.db.backends.signals import connection_created
from django.forms import Field
from django.utils.module_loading import autodiscover_modules

from portal.core.logs import watch_statements


class PortalConfig(AppConfig):
    """What every app uses. Fills the registries from the `registration` module of every installed app."""

    name = "portal"
    label = "portal"
    verbose_name = "门户"

    def ready(self) -> None:
        # The framework says 这个字段是必填项。
        Field.default_error_messages["required"] = "请填写这一项。"
        autodiscover_modules("registration")
        connection_created.connect(watch_statements)


class LeanStaticFilesConfig(StaticFilesConfig):
    """Gathers one form of Bootstrap, not all: compressing the others costs half a minute and serves nobody."""

    ignore_patterns = [  # noqa: RUF012 - Django's own attribute
        *StaticFilesConfig.ignore_patterns,
        "*.rtl.*",
        "*.esm.*",
        "bootstrap-*",
        "bootstrap.css*",
        "bootstrap.js*",
        "bootstrap.min.js*",
        "bootstrap.bundle*",
    ]
