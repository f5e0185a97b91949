"""What a mandate lets an agency do, from which side it was asked for, and where it stands."""

from django.db.models import TextChoices

from portal.core.choices import StatusChoices


class Right(TextChoices):
    """What a mandate gives; the values are the names of its columns."""

    FILL = "may_fill", "填写和保存草稿、上传材料"
    SUBMIT = "may_submit", "提交和撤回申报"
    CORRECT = "may_correct", "补正和往来消息"
    READ = "may_read", "查看通知书和拨付"


class Side(TextChoices):
    """The two parties of a mandate."""

    PRINCIPAL = "principal", "委托人"
    AGENCY = "agency", "代理机构"


class MandateState(StatusChoices):
    """That a confirmed one has ended by its last day is a question of the clock, never stored."""

    ASKED = "asked", "wait", "待委托人确认"
    CONFIRMED = "confirmed", "ok", "已确认"
    DECLINED = "declined", "bad", "委托人未同意"
    CANCELLED = "cancelled", "neutral", "请求已撤回"
    REVOKED = "revoked", "neutral", "委托人已撤销"
    RETURNED = "returned", "neutral", "代理机构已退回"


class MandateAction(TextChoices):
    HAND_IN = "hand_in", "上传委托书"
    CONFIRM = "confirm", "确认委托"
    DECLINE = "decline", "不同意"
    CANCEL = "cancel", "撤回请求"
    REVOKE = "revoke", "撤销委托"
    RETURN = "return", "退回委托"
