"""The messages about changes of an applicant's account."""

from portal.notifications.enums import Audience, Group, Urgency
from portal.notifications.kinds import Field, MessageKind

FIELDS = {"labels": Field("变更的内容", "开户银行、银行账号")}
_BODY = "{{ by }}申请变更{{ applicant }}的{{ labels }}。理由：{{ reason }}"
_MONEY = (Group.MONEY, Audience.APPLICANT)
KINDS = [
    MessageKind(
        "payees.asked",
        *_MONEY,
        "收款信息变更申请已提交",
        _BODY + "。如非本单位意愿，请立即撤回。",
        Urgency.AT_ONCE,
    ),
    MessageKind(
        "payees.waiting",
        Group.WORK,
        Audience.OFFICIAL,
        "请确认收款信息变更：{{ applicant }}",
        _BODY,
        Urgency.DIGEST,
    ),
    MessageKind(
        "payees.ended",
        *_MONEY,
        "收款信息变更申请{{ outcome }}",
        "{{ applicant }}的变更申请{{ outcome }}。{% if reason %}办理意见：{{ reason }}{% endif %}",
    ),
]
