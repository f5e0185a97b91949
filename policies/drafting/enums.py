"""Where a draft of policy stands."""

from django.db import models


class DraftState(models.TextChoices):
    """Drafting and returned drafts can be changed; published and withdrawn ones are over."""

    DRAFTING = "drafting", "拟订中"
    PROPOSED = "proposed", "待发布"
    RETURNED = "returned", "退回修改"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤回"


EDITABLE = frozenset({DraftState.DRAFTING, DraftState.RETURNED})
OVER = frozenset({DraftState.PUBLISHED, DraftState.WITHDRAWN})
