"""Every operation by its verb, found in the modules of this package; nothing else lists them."""

from __future__ import annotations

import importlib
import pkgutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from policies.engine import operations as package
from policies.engine.operations.base import Operation, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policies.engine.model import Content


def _in_package() -> dict[str, type[Operation]]:
    names = [f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__)]
    modules = [importlib.import_module(name) for name in names if name != __name__]
    found = {
        part
        for module in modules
        for part in vars(module).values()
        if isinstance(part, type) and issubclass(part, Operation) and "verb" in vars(part)
    }
    return {operation.verb: operation for operation in sorted(found, key=lambda one: one.order)}


_operations = _in_package()


def operations() -> Mapping[str, type[Operation]]:
    """All operations by their verb, in the order of menus."""
    return _operations


def operation_of(content: object) -> type[Operation] | None:
    """The operation that a verb names, None for what is no verb."""
    return _operations.get(content) if isinstance(content, str) else None


def read_operation(content: Content) -> Operation:
    """The typed step of its normal form. KeyError, ValueError or TypeError for what the schema would have refused."""
    return _operations[content["do"]].read(content)


def read_operations(steps: Iterable[Content]) -> tuple[Operation, ...]:
    """The typed steps of an item's content."""
    return tuple(read_operation(step) for step in steps)


def setting_verbs() -> list[str]:
    """The verbs that set an amount, a title or a target's result, in alphabetical order."""
    return sorted(verb for verb, operation in _operations.items() if operation.role is Role.SETS)


def operation_labels() -> dict[str, str]:
    """What each operation is called, by its verb."""
    return {verb: operation.label for verb, operation in _operations.items()}


@contextmanager
def registered(operation: type[Operation]) -> Iterator[None]:
    """One more operation, for as long as a test runs. ValueError for a verb that exists."""
    if operation.verb in _operations:
        raise ValueError(f"the operation {operation.verb} exists")
    _operations[operation.verb] = operation
    try:
        yield
    finally:
        del _operations[operation.verb]
