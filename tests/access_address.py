"""A row of the table of accesses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.access_world import World


@dataclass(frozen=True)
class Address:
    """Who may enter an address, and who sees the object it shows in each variant (None: no object)."""

    enter: set[str]
    sees: Mapping[str, set[str]] | None = None
    arguments: Callable[[World, str], dict[str, Any]] = lambda _world, _variant: {}
    post: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""
    # Who is signed in counts for nothing: only a token opens it (tests of the interface say whose opens what).
    token: bool = False

    @property
    def variants(self) -> tuple[str, ...]:
        return tuple(self.sees) if self.sees else ("only",)

    def kwargs(self, world: World, variant: str) -> dict[str, Any]:
        return self.arguments(world, variant)
