"""What the base layer knows of a person, for a copy of their data."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

from portal.accounts.models import Applicant, User
from portal.audit.models import AuditRecord, SecurityEvent
from portal.privacy.extension import OwnData, described

_Rows = Iterable[dict[str, Any]]
# More deeds than these nobody reads; the newest count, and the copy says that there are others.
_MOST = 10_000
_APPLICANT = (
    "kind",
    "name",
    "uscc",
    "resident_id",
    "address",
    "legal_representative",
    "contact_name",
    "contact_phone",
    "size_class",
    "account_name",
    "bank_name",
    "cnaps_code",
    "account_number",
    "created_at",
)


def _account(user: User) -> _Rows:
    yield described(user, "name", "email", "phone", "date_joined")
    for held in user.appointments.select_related("region__parent"):
        yield {"职责": str(held)} | described(held, "appointed_at", "revoked_at")


def _applicants(user: User) -> _Rows:
    for membership in user.memberships.select_related("applicant__region__parent"):
        applicant: Applicant = membership.applicant
        yield described(applicant, *_APPLICANT) | {"注册地": applicant.region.full_name, "负责人": membership.is_owner}


def _consents(user: User) -> _Rows:
    return (described(one, "version", "sha256", "at", "address") for one in user.consents.all())


def _messages(user: User) -> _Rows:
    return _newest(user.portal_messages.all(), lambda one: described(one, "created_at", "title", "body", "read_at"))


def _deeds(user: User) -> _Rows:
    return _newest(
        AuditRecord.objects.filter(actor=user),
        lambda record: {"操作": record.action_label} | described(record, "at", "target_label", "address"),
    )


def _events(user: User) -> _Rows:
    events = SecurityEvent.objects.filter(user=user)
    return _newest(events, lambda event: described(event, "at", "kind", "subject", "address"))


def _readings(user: User) -> _Rows:
    own = [membership.applicant_id for membership in user.active_memberships]
    events = SecurityEvent.objects.filter(subjects__applicant__in=own).distinct()
    return _newest(events, lambda event: described(event, "at", "name", "kind", "subject"))


def _newest(rows: QuerySet[Any], describe: Callable[[Any], dict[str, Any]]) -> _Rows:
    """The newest rows as described, and a last one that says where older ones are left out."""
    found = list(rows.order_by("-pk")[: _MOST + 1])
    yield from map(describe, found[:_MOST])
    if len(found) > _MOST:
        yield {"说明": f"这里只有最近 {_MOST} 条；需要更早的，请联系平台。"}


SECTIONS = {
    "account": OwnData("账号", _account),
    "applicants": OwnData("申报主体", _applicants),
    "consents": OwnData("个人信息处理同意", _consents),
    "messages": OwnData("消息", _messages),
    "deeds": OwnData("操作记录", _deeds),
    "events": OwnData("登录和安全记录", _events),
    "readings": OwnData("谁查看过我的资料", _readings),
}
