"""What services about people say when they refuse."""


class RefusedError(Exception):
    """The deed is not open; the message is Chinese, for the person who tried it.

    `field` names the form's field that the message belongs to, or is empty.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class OverridableError(RefusedError):
    """A credit code fails its check in a way that an officer may let pass."""
