"""How a notice's stored file stands against its hash, what happens to a notice, and how it stands for its office."""

from django.db import models

from portal.core.choices import StatusChoices


class FileState(models.TextChoices):
    INTACT = "intact", "存档文件完整"
    PENDING = "pending", "正在制作"
    CHANGED = "changed", "存档文件与登记的哈希值不一致"
    MISSING = "missing", "存档文件缺失"


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
