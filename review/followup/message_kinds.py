"""The messages about what follows an award: asked, due, late, returned, settled; and what came in for the office."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind

FIELDS = {"matter": Field("后续事项", "2026年度绩效报告")}


def _to_applicant(code: str, subject: str, body: str) -> MessageKind:
    return MessageKind(f"followup.{code}", Group.PROGRESS, Audience.APPLICANT, subject, body)


KINDS = [
    _to_applicant(
        "asked",
        "请办理：{{ matter }}",
        "申报 {{ number }} 有后续事项“{{ matter }}”，期限 {{ due }}。请按要求准备并报送。",
    ),
    _to_applicant(
        "due",
        "即将到期：{{ matter }}",
        "申报 {{ number }} 的“{{ matter }}”将于 {{ due }} 到期，请及时办理。",
    ),
    _to_applicant(
        "overdue",
        "已经逾期：{{ matter }}",
        "申报 {{ number }} 的“{{ matter }}”已于 {{ due }} 到期，请尽快办理。长期不办理的，可能记入信用记录。",
    ),
    _to_applicant(
        "returned",
        "请修改或整改：{{ matter }}",
        "申报 {{ number }} 的“{{ matter }}”须修改或整改：{{ reason }}",
    ),
    _to_applicant(
        "accepted",
        "已通过：{{ matter }}",
        "申报 {{ number }} 的“{{ matter }}”已通过。说明：{{ reason }}",
    ),
    _to_applicant(
        "cancelled",
        "已取消：{{ matter }}",
        "申报 {{ number }} 的“{{ matter }}”已取消：{{ reason }}",
    ),
    _to_applicant(
        "expired",
        "认定已到期：{{ matter }}",
        "申报 {{ number }} 的“{{ matter }}”已到期：{{ reason }}",
    ),
    MessageKind(
        "followup.submitted",
        Group.WORK,
        Audience.OFFICIAL,
        "已报送：{{ matter }}（{{ number }}）",
        "{{ applicant }}报送了“{{ matter }}”，请审核。",
    ),
]
