"""Whom a bulletin is for, and where it stands."""

from django.db.models import TextChoices

from applications.claims.enums import RELEASED, UNDER_REVIEW, ClaimStatus
from portal.core.choices import StatusChoices


class Recipients(TextChoices):
    """Applicants of a call by the state of their claims; `STATUSES` says which states these are."""

    ALL = "all", "所有有草稿或申报的单位"
    DRAFTS = "drafts", "有草稿尚未提交的单位"
    SUBMITTED = "submitted", "已提交的单位"
    CORRECTION = "correction", "需要补正的单位"
    UNDER_REVIEW = "review", "正在办理的单位"
    DECIDED = "decided", "已批准、认定或拨付的单位"


STATUSES: dict[str, frozenset[str]] = {
    Recipients.ALL: frozenset(ClaimStatus),
    Recipients.DRAFTS: frozenset({ClaimStatus.DRAFT}),
    Recipients.SUBMITTED: frozenset(ClaimStatus) - {ClaimStatus.DRAFT},
    Recipients.CORRECTION: frozenset({ClaimStatus.CORRECTION}),
    Recipients.UNDER_REVIEW: frozenset(UNDER_REVIEW),
    Recipients.DECIDED: frozenset(ClaimStatus) - RELEASED - UNDER_REVIEW,
}


class BulletinState(StatusChoices):
    PROPOSED = "proposed", "wait", "待第二人发布"
    SENDING = "sending", "info", "发送中"
    SENT = "sent", "ok", "已发送"
    REFUSED = "refused", "neutral", "未采纳"


class BulletinAction(TextChoices):
    RELEASE = "release", "发布"
    REFUSE = "refuse", "不采纳"
    FINISH = "finish", "发送完毕"
