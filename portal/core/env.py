"""Read the environment's variables."""

import os


def env_flag(name: str, *, default: bool = False) -> bool:
    """Read a yes/no variable; anything but 1, true, yes, on means no."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def env_int(name: str, default: int) -> int:
    """Read a whole number."""
    return int(os.environ.get(name, default))


def env_text(name: str, default: str) -> str:
    """Read a text, without the space around it."""
    return os.environ.get(name, default).strip()
