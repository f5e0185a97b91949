from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class PortalConfig(AppConfig):
    """The ground floor: template tags, checks and commands that belong to no room of their own."""

    name = "portal"
    label = "portal"
    verbose_name = "门户"


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
        "bootstrap.bundle.js*",
    ]
