"""Where a draft of policy stands, and what is done to it."""

from django.db import models

from portal.core.choices import StatusChoices


class DraftState(StatusChoices):
    """Drafting and returned drafts can be changed; published and withdrawn ones are over."""

    DRAFTING = "drafting", "info", "拟订中"
    PROPOSED = "proposed", "wait", "待发布"
    RETURNED = "returned", "warn", "退回修改"
    PUBLISHED = "published", "ok", "已发布"
    WITHDRAWN = "withdrawn", "neutral", "已撤回"


EDITABLE = frozenset({DraftState.DRAFTING, DraftState.RETURNED})
OVER = frozenset({DraftState.PUBLISHED, DraftState.WITHDRAWN})


class DraftAction(models.TextChoices):
    """What moves a draft from one state to another."""

    PROPOSE = "propose", "提请发布"
    TAKE_BACK = "take_back", "收回"
    RETURN = "return", "退回修改"
    PUBLISH = "publish", "发布"
    WITHDRAW = "withdraw", "撤回"
