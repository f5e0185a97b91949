"""Kinds of notices, how a stored file stands against its hash, and what happens to a notice."""

from django.db import models

from portal.core.choices import StatusChoices


class NoticeKind(models.TextChoices):
    """Kinds of notices; each is described in `review.notices.kinds`."""

    RECEIPT = "receipt", "申报回执"
    ACCEPTANCE = "accept", "受理通知书"
    DECLINED = "decline", "不予受理通知书"
    CORRECTION = "correct", "补正通知书"
    ABANDONED = "abandon", "视为放弃申报通知书"
    GRANT = "grant", "资助决定通知书"
    REFUSAL = "refusal", "不予支持通知书"
    RECOGNITION = "recognise", "认定通知书"
    PAYMENT = "payment", "拨款通知书"
    CHANGE = "change", "变更资助决定通知书"
    REVOCATION = "revoke", "撤销资助决定通知书"
    DEMAND = "demand", "追缴通知书"


# What the office of acceptance issues itself.
BEFORE_REVIEW = frozenset({NoticeKind.RECEIPT, NoticeKind.ACCEPTANCE, NoticeKind.DECLINED, NoticeKind.CORRECTION})


class FileState(models.TextChoices):
    INTACT = "intact", "存档文件完整"
    PENDING = "pending", "正在制作"
    CHANGED = "changed", "存档文件与登记的哈希值不一致"
    MISSING = "missing", "存档文件缺失"

    @property
    def is_intact(self) -> bool:
        return self is FileState.INTACT

    @property
    def is_pending(self) -> bool:
        return self is FileState.PENDING


class SignatureState(models.TextChoices):
    """How the electronic signature in a file stands."""

    VALID = "valid", "电子签章有效"
    UNTRUSTED = "untrusted", "签章后未被改动，签章证书的根不在本平台信任之列"
    BROKEN = "broken", "电子签章校验不通过"
    NONE = "none", "没有电子签章（以纸质盖章为准）"


class NoticeEventKind(models.TextChoices):
    """What happens to a notice after it was issued. Delivery (送达) is proved by the last four."""

    VOIDED = "voided", "作废"
    SHOWN = "shown", "在线出示"
    DOWNLOADED = "downloaded", "下载"
    MAILED = "mailed", "邮寄送达"
    HANDED_OVER = "handed_over", "直接送达"


# Kinds that an officer records, with the paper that proves them.
RECORDED_BY_OFFICERS = (NoticeEventKind.MAILED, NoticeEventKind.HANDED_OVER)


class NoticeState(StatusChoices):
    """How a notice stands, as its office lists it."""

    PENDING = "pending", "wait", "正在制作"
    READY = "ready", "ok", "已制作"
    VOID = "void", "bad", "已作废"


class RunState(StatusChoices):
    """Where a print run stands."""

    RUNNING = "running", "info", "制作中"
    PAUSED = "paused", "wait", "已暂停"
    DONE = "done", "ok", "已制成"
    CANCELLED = "cancelled", "neutral", "已取消"


class RunAction(models.TextChoices):
    """What can be done to a print run."""

    PAUSE = "pause", "暂停"
    RESUME = "resume", "继续"
    CANCEL = "cancel", "取消"
    FINISH = "finish", "制成"
