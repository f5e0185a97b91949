"""Whether a rule holds under chosen readings."""

from collections.abc import Mapping
from typing import Any


def chosen(spec: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    """Whether a rule stands under the chosen settings: its guard (`if`) names them."""
    guard: Mapping[str, Any] | None = spec.get("if")
    return guard is None or all(settings.get(name) == wanted for name, wanted in guard.items())
