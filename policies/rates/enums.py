"""Where a district's rate stands on its way into force."""

from portal.core.choices import StatusChoices


class RateState(StatusChoices):
    PROPOSED = "proposed", "wait", "待第二人确认"
    CONFIRMED = "confirmed", "ok", "已确认"
    REFUSED = "refused", "neutral", "未采纳"
