"""The kinds of papers besides notices."""

from django.db import models


class DocumentKind(models.TextChoices):
    """Official documents and the sheets that go with them; each is described in `review.documents.kinds`."""

    PUBLICITY = "publicity", "公示"
    APPROPRIATION = "appropriation", "资金下达通知"
    AGENDA = "agenda", "会议议题"
    MEETING = "meeting", "会议材料"
    MINUTES = "minutes", "会议纪要"
    CLAIM_FORM = "claim_form", "申报书"
    MANDATE = "mandate", "委托书"
