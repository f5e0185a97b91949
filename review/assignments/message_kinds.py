"""The messages about who works on a claim, absences and work that rests."""

from portal.notifications.enums import Audience, Group, Urgency
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "deputy": Field("代办人", "赵代办"),
    "which": Field("哪些申报", "申报 SB2026-0000001"),
    "starts": Field("开始日期", "2026-12-01"),
    "why": Field("暂停办理的事由", "正在向有关部门核实情况"),
    "note": Field("说明", "请优先办理"),
}
_OFFICER = (Group.WORK, Audience.OFFICIAL)
_AWAY = "{% if deputy %}由{{ deputy }}代办{% else %}没有代办人{% endif %}"
_OF = "您的申报“{{ item }}”（{{ number }}）"
KINDS = [
    MessageKind(
        "assignments.assigned",
        *_OFFICER,
        "{{ which }}已分派给{{ person }}",
        "{{ by }}将{{ which }}分派给{{ person }}承办。{% if note %}说明：{{ note }}{% endif %}",
    ),
    MessageKind(
        "assignments.absent",
        *_OFFICER,
        "{{ person }}外出，" + _AWAY,
        "{{ person }}自 {{ starts }} 至 {{ due }} 外出，" + _AWAY + "。到期自行终止。",
    ),
    MessageKind(
        "assignments.returned",
        *_OFFICER,
        "{{ person }}的外出登记已结束",
        "{{ person }}的外出登记已提前结束，代办随之终止。",
    ),
    MessageKind(
        "assignments.rest_due",
        *_OFFICER,
        "挂起的申报 {{ number }} 预计恢复日期已到",
        "申报 {{ number }}（{{ applicant }}）预计恢复日期已到，请恢复办理。",
        Urgency.DIGEST,
    ),
    MessageKind(
        "assignments.rest_over",
        *_OFFICER,
        "挂起的申报 {{ number }} 已自行恢复办理",
        "申报 {{ number }}（{{ applicant }}）已达挂起的最长期限，自行恢复办理。",
    ),
    MessageKind(
        "assignments.suspended",
        Group.PROGRESS,
        Audience.APPLICANT,
        "申报暂停办理",
        _OF + "暂停办理：{{ why }}。预计 {{ due }} 恢复，暂停期间不计入办理时限，您不需要操作。",
    ),
    MessageKind("assignments.resumed", Group.PROGRESS, Audience.APPLICANT, "申报恢复办理", _OF + "已恢复办理。"),
]
