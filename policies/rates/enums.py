"""Where a district's rate stands on its way into force."""

from django.db import models


class RateState(models.TextChoices):
    PROPOSED = "proposed", "待第二人确认"
    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "未采纳"
