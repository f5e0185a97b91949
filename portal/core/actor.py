"""Who does something, when, and from where: the value every service takes instead of a request."""

from dataclasses import dataclass
from datetime import datetime

from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class ActorContext:
    """Who acts: a person, or with `user=None` the portal itself.

    `at` is an aware datetime, `address` the client's network address ("" for the portal itself).
    """

    user: User | None
    at: datetime
    address: str = ""

    @property
    def actor_name(self) -> str:
        """The name that logs show."""
        return self.user.name if self.user else "系统"
