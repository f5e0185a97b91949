"""States of a request to change a payee."""

from portal.core.choices import StatusChoices


class RequestState(StatusChoices):
    """Where a request stands, written as `NAME = value, tone, label`."""

    PENDING = "pending", "warn", "待确认"
    CONFIRMED = "confirmed", "ok", "已确认"
    REFUSED = "refused", "bad", "未同意"
    WITHDRAWN = "withdrawn", "neutral", "已撤回"
