"""Every limit by its kind, found in the modules of this package; nothing else lists them."""

from __future__ import annotations

import importlib
import pkgutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from policies.engine import limits as package
from policies.engine.limits.base import Limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policies.engine.model import Content


def _in_package() -> list[type[Limit]]:
    names = [f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__)]
    modules = [importlib.import_module(name) for name in names if name != __name__]
    found = {part for module in modules for part in vars(module).values() if isinstance(part, type)}
    return [part for part in found if issubclass(part, Limit) and not part.__abstractmethods__]


_kinds = {limit.kind: limit for limit in sorted(_in_package(), key=lambda one: one.order)}


def limit_kinds() -> Mapping[str, type[Limit]]:
    """The limits by the key that tells their kind, in the order of menus."""
    return _kinds


@contextmanager
def registered(limit: type[Limit]) -> Iterator[None]:
    """One more limit for a while; ValueError where its kind is taken."""
    if limit.kind in _kinds:
        raise ValueError(f"{limit.kind} is a limit already")
    _kinds[limit.kind] = limit
    try:
        yield
    finally:
        del _kinds[limit.kind]


def limit_labels() -> dict[str, str]:
    """What each kind of limit is called."""
    return {kind: limit.label for kind, limit in limit_kinds().items()}


def limit_kind_of(content: Iterable[str]) -> str | None:
    """The kind of a limit, None where it has none or several."""
    found = [kind for kind in limit_kinds() if kind in content]
    return found[0] if len(found) == 1 else None


def read_limit(content: Content) -> Limit:
    """The typed limit of its normal form. KeyError, ValueError or TypeError for what the schema would have refused."""
    return _kinds[limit_kind_of(content) or ""].read(content)


def read_limits(limits: Iterable[Content]) -> tuple[Limit, ...]:
    """The typed limits of an item's content."""
    return tuple(map(read_limit, limits))
