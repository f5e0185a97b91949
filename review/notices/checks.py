"""What printing needs of the machine, asked at start-up: it fails late and dearly otherwise."""

import ctypes
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks

from review.notices.fonts import REMEDY, FontsMissingError, current_fonts

SUBSET_LIBRARY = "libharfbuzz-subset.so.0"


def check_printing(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:  # noqa: ARG001
    """Warn of missing fonts, which fail every notice, and of a missing library, which makes it 50 times slower.

    Warnings and not errors: the calculator and most commands work without printing.
    """
    found: list[checks.CheckMessage] = []
    try:
        ctypes.CDLL(SUBSET_LIBRARY)
    except OSError:
        found.append(
            checks.Warning(
                f"Notices take 50 times longer without {SUBSET_LIBRARY}.",
                hint="Install the Debian package libharfbuzz-subset0.",
                id="notices.W001",
            )
        )
    try:
        current_fonts()
    except FontsMissingError as error:
        found.append(checks.Warning(f"No notice can be printed: {error}", hint=REMEDY, id="notices.W002"))
    return found
