"""States of a call, where it stands at a moment, and what can become of it once it is published."""

from django.db import models

from policies.engine import shortage
from portal.core.choices import StatusChoices


class CallState(models.TextChoices):
    """What an administrator made of a call. Whether it is open is a question of the time, and stored nowhere."""

    DRAFTED = "drafted", "草稿"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤销"


class Shortage(models.TextChoices):
    """What becomes of the claims before a meeting when a call's money does not suffice for all of them."""

    STOP = shortage.STOP, "不足的暂不审定"
    PRO_RATA = shortage.PRO_RATA, "按比例核减"
    RANK = shortage.RANK, "择优排序"

    @property
    def reason(self) -> str:
        """Why a claim gets less than its review found; the applicant reads it."""
        return {
            Shortage.PRO_RATA: "预算不足，按比例核减",
            Shortage.RANK: "预算不足，按名次核定",
        }.get(self, "预算不足")

    @property
    def explanation(self) -> str:
        """How the sums were computed."""
        return {
            Shortage.STOP: "按提交先后逐件足额安排，余额不够一件的，该件暂不审定。",
            Shortage.PRO_RATA: "各件按审核金额的比例分配余额，截取到分，剩余的分按尾数从大到小补足，合计等于余额。",
            Shortage.RANK: "按评审得分从高到低足额安排，没有得分的按提交先后排在其后；轮到余额不足的一件，以余额为限。",
        }[self]


class Phase(StatusChoices):
    """Where a call stands at a moment."""

    DRAFTED = "drafted", "neutral", "草稿"
    UPCOMING = "upcoming", "wait", "即将开放"
    OPEN = "open", "ok", "正在申报"
    CLOSED = "closed", "neutral", "已截止"
    WITHDRAWN = "withdrawn", "bad", "已撤销"


class ChangeKind(models.TextChoices):
    """What happened to a call from its publication on; the label stands on its public page."""

    PUBLISHED = "published", "发布"
    EXTENDED = "extended", "延长申报时间"
    CLOSED = "closed", "提前截止"
    AMENDED = "amended", "调整"
    WITHDRAWN = "withdrawn", "撤销"


class FilePurpose(models.TextChoices):
    """What a call's file is for: the notice itself, or one material of an item."""

    NOTICE = "notice", "通知附件"
    TEMPLATE = "template", "模板"
    SAMPLE = "sample", "样表"
