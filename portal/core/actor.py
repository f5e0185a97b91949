"""Who does something, when, and from where: the value every service takes instead of a request."""

from dataclasses import dataclass
from datetime import datetime

from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class ActorContext:
    """Who acts: a person, or with `user=None` the portal itself; then `rule` may cite by which rule.

    `at` is an aware datetime, `address` the client's network address ("" for the portal itself). A deputy acts
    `on_behalf_of` whoever is absent.
    """

    user: User | None
    at: datetime
    address: str = ""
    on_behalf_of: User | None = None
    rule: str = ""

    @property
    def user_id(self) -> int | None:
        """The person's key."""
        return self.user.pk if self.user else None

    @property
    def actor_name(self) -> str:
        """The name that logs show, within 40 characters."""
        if self.user and self.on_behalf_of:
            return f"{self.user.name[:18]}（代{self.on_behalf_of.name[:18]}）"
        if self.user:
            return self.user.name
        return "系统（按规则办理）" if self.rule else "系统"
