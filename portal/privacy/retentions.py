"""How long the base layer keeps its rows, and why."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.accounts.enums import OverrideState
from portal.accounts.models import Invitation, OverrideRequest
from portal.api.models import ApiToken
from portal.audit.models import SecurityEvent
from portal.jobs.enums import JobState
from portal.jobs.kinds import JOB_KINDS, MAIL_ATTEMPTS
from portal.jobs.models import Job
from portal.notifications.enums import OutboxState
from portal.notifications.models import Message, Outgoing
from portal.privacy.extension import Retention
from portal.privacy.models import COPY_KEPT_FOR, DataCopy
from portal.unsent.marks import KEPT_FOR
from portal.unsent.models import UnsentForm

_Rows = QuerySet[Any]


def _ended(model: Any, field: str) -> Callable[[datetime], _Rows]:
    """The rows of a table whose moment lies before the one asked for."""
    return lambda before: model.objects.filter(**{f"{field}__lt": before})


def _session_notes(before: datetime) -> _Rows:
    # A session of this moment may be noted before it is stored.
    noted = UserSession.objects.filter(created_at__lt=before)
    return noted.exclude(session_key__in=Session.objects.values("session_key"))


def _events(_before: datetime) -> _Rows:
    # Each says itself how long it is kept, and its trigger lets it go only then.
    return SecurityEvent.objects.filter(keep_until__lt=timezone.localdate())


def _jobs(before: datetime) -> _Rows:
    # What other kinds did is done once for all, and their rows say so.
    mere = [code for code, kind in JOB_KINDS.items() if kind.is_regular or kind.attempts == MAIL_ATTEMPTS]
    return Job.objects.filter(state=JobState.DONE, finished_at__lt=before, kind__in=mere)


def _outgoing(before: datetime) -> _Rows:
    ended = Q(sent_at__lt=before) | Q(state=OutboxState.GIVEN_UP, created_at__lt=before)
    return Outgoing.objects.filter(ended)


def _tokens(before: datetime) -> _Rows:
    return ApiToken.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))


RULES = {
    "sessions": Retention("登录会话", 0, "会话结束后不再需要", _ended(Session, "expire_date")),
    "session_notes": Retention("登录设备记录", 1, "只用于查看和退出本人的其他登录", _session_notes),
    "events": Retention(
        "登录失败、退出、导出和查看记录",
        settings.SECURITY_EVENT_DAYS,
        "《网络安全法》第二十一条要求不少于 6 个月，另留追责时间",
        _events,
    ),
    "unsent": Retention("未提交成功的表单内容", KEPT_FOR.days, "供本人重新登录后找回", _ended(UnsentForm, "kept_at")),
    "copies": Retention("个人信息副本", COPY_KEPT_FOR.days, "供本人下载", _ended(DataCopy, "asked_at")),
    "mails": Retention("已发出的邮件和短信", 90, "查询是否送达", _outgoing),
    "messages": Retention(
        "站内消息", 1095, "供查阅办理经过", lambda before: Message.objects.filter(created_at__lt=before, outgoing=None)
    ),
    "invitations": Retention("成员邀请", 180, "查询是谁邀请", _ended(Invitation, "expires_at")),
    "overrides": Retention(
        "未同意的代码例外申请",
        730,
        "供复查",
        lambda before: OverrideRequest.objects.filter(state=OverrideState.REFUSED, decided_at__lt=before),
    ),
    "tokens": Retention("失效的接口令牌", 365, "查询何时被谁使用", _tokens),
    "jobs": Retention("已完成的发信和每日任务", 90, "排查故障", _jobs),
    "audit": Retention("审计记录", None, "等级保护和财政监督要求，只增不改"),
}
