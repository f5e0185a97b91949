"""Ways a message goes out, what it is about, how pressing it is, and where it stands."""

from django.db.models import TextChoices

from portal.core.choices import StatusChoices


class Channel(TextChoices):
    """Where a message is said; all but the site itself go through a provider."""

    SITE = "site", "站内"
    EMAIL = "email", "邮件"
    SMS = "sms", "短信"
    CHAT = "chat", "政务微信/钉钉"


OUTSIDE = (Channel.EMAIL, Channel.SMS, Channel.CHAT)


class Group(TextChoices):
    """What people switch on and off together."""

    DUE = "due", "送达、补正和期限"
    ACCOUNT = "account", "账号和单位"
    PROGRESS = "progress", "申报进展"
    MONEY = "money", "资金拨付和退回"
    CALLS = "calls", "申报通知和主管部门消息"
    ENTITLED = "entitled", "免申即享和可以申报的提醒"
    REMINDERS = "reminders", "草稿和到期提醒"
    LETTERS = "letters", "申报往来消息"
    WORK = "work", "待办工作"


# What concerns a right or a period cannot be switched off on the site.
MUST = frozenset({Group.DUE, Group.ACCOUNT, Group.MONEY})


# Of these people choose kind by kind.
PER_KIND = frozenset({Group.ENTITLED, Group.REMINDERS})


class Urgency(TextChoices):
    """AT_ONCE breaks quiet hours; DIGEST leaves the site only in the daily summary, unless a person wants more."""

    AT_ONCE = "at_once", "立即"
    NORMAL = "normal", "一般"
    DIGEST = "digest", "汇总"


class Audience(TextChoices):
    APPLICANT = "applicant", "申报单位"
    OFFICIAL = "official", "工作人员"
    EXPERT = "expert", "评审专家"
    ANYBODY = "anybody", "所有用户"


class OutboxState(StatusChoices):
    WAITING = "waiting", "info", "待发送"
    SENT = "sent", "ok", "已发送"
    FAILED = "failed", "bad", "失败"
    GIVEN_UP = "given_up", "neutral", "已放弃"


class OutboxAction(TextChoices):
    SEND = "send", "发送"
    FAIL = "fail", "失败"
    RETRY = "retry", "重试"
    GIVE_UP = "give_up", "放弃"
