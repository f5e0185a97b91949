"""Where an objection that was filed online stands before it is taken up."""

from portal.core.choices import StatusChoices


class FilingState(StatusChoices):
    WAITING = "waiting", "wait", "待受理"
    ACCEPTED = "accepted", "ok", "已受理"
    DECLINED = "declined", "neutral", "不予受理"
