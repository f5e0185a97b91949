"""What services raise when they refuse, and how pages show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpRequest


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


def show_refusal(form: forms.Form, error: RefusedError) -> None:
    """Put the message beside the field it is about, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


def attempt(
    request: HttpRequest, action: Callable[[], object], *, success: str = "", form: forms.Form | None = None
) -> bool:
    """Do something for a page and return whether it was done.

    `success` becomes a message of the next page; so does a refusal, or it goes into the form where one is given.
    """
    try:
        action()
    except RefusedError as error:
        if form is None:
            messages.error(request, str(error))
        else:
            show_refusal(form, error)
        return False
    if success:
        messages.success(request, success)
    return True
