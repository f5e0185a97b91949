"""Registries: what an app adds to the menu, the addresses, the interface, the jobs and the audit record.

Each app fills them in its `registration` module, which `portal.apps.PortalConfig.ready` imports once the models are
loaded. A registry keeps the order of registration, which is that of `INSTALLED_APPS`.
"""

from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")


class Registry(dict[str, T]):
    """Entries by their unique code. `what` names their kind in errors."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what

    def add(self, code: str, entry: T) -> None:
        """Register an entry. Raises ImproperlyConfigured where the code is taken."""
        if code in self:
            raise ImproperlyConfigured(f"The {self.what} {code!r} is registered twice.")
        self[code] = entry

    def __missing__(self, code: str) -> T:
        """Raise LookupError."""
        raise LookupError(f"No app registers the {self.what} {code!r}.")


# The URL module by the prefix of its addresses, such as "jobs/".
URL_MODULES: Registry[str] = Registry("URL prefix")
# Where the part of the interface for programs stands that an app answers, by the app's label: "app.api.router". It is
# loaded with the addresses, which workers and commands do without.
API_ROUTERS: Registry[str] = Registry("API router")
