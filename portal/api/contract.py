"""What the apps' parts of the interface share: how an error is written."""

from ninja import Schema


class Problem(Schema):
    """What is wrong in Chinese, and the field that it is about ("" where it is about none)."""

    error: str
    field: str
