"""What services raise when they refuse, and how pages show it."""

from collections.abc import Callable
from typing import Any, Self

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

Place = HttpRequest | forms.BaseForm | Callable[[Exception], object] | None


class RefusedError(Exception):
    """What a person asked for cannot be done, and nothing was written. The message is Chinese and says what to do.

    `field` names the form's field that the message is about, "" for none.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class StaleStateError(RefusedError):
    """Somebody else changed the object since the page was made; nothing was overwritten.

    `current` is the object as stored now, `attempted` what the page wanted to store, where the service gives them.
    """

    def __init__(self, message: str, *, current: Any = None, attempted: Any = None) -> None:
        super().__init__(message)
        self.current = current
        self.attempted = attempted


class ShownRefusal:
    """What became of a block under `show_refusal`: true where it was refused, and then its text is the message."""

    def __init__(self, place: Place, success: str, caught: tuple[type[Exception], ...]) -> None:
        self._place, self._success, self._caught = place, success, caught
        self.error: Exception | None = None

    def __bool__(self) -> bool:
        return self.error is not None

    def __str__(self) -> str:
        return str(self.error or "")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        place = self._place
        if error is None and self._success and isinstance(place, HttpRequest):
            messages.success(place, self._success)
        if not isinstance(error, self._caught):
            return False
        self.error = error
        if isinstance(place, HttpRequest):
            messages.error(place, str(error))
        elif isinstance(place, forms.BaseForm):
            field = getattr(error, "field", "")
            place.add_error(field if field in place.fields else None, str(error))
        elif place is not None:
            place(error)
        return True


def show_refusal(place: Place = None, *, success: str = "", denials: bool = False) -> ShownRefusal:
    """Run a block in which services may refuse: a RefusedError ends the block, not the view, and is shown at `place`.

    A request shows it as a message of the next page, and `success` where nothing was refused; a form beside the field
    that it is about, or above all fields; a function takes the error; None leaves it to who reads the returned
    object. `denials` treats PermissionDenied the same, for services whose denials have words for people.
    """
    return ShownRefusal(place, success, (RefusedError, PermissionDenied) if denials else (RefusedError,))
