"""The messages about policies that are drafted by one person and published by another."""

from portal.notifications.enums import Audience, Group, Urgency
from portal.notifications.kinds import Field, MessageKind

FIELDS = {"policy": Field("政策文件", "无锡市知识产权专项资金管理办法"), "count": Field("数量", "3", "1200")}
_WORK = (Group.WORK, Audience.OFFICIAL)
KINDS = [
    MessageKind(
        "drafting.proposed",
        *_WORK,
        "请核对并发布：{{ policy }}",
        "{{ by }}提请发布“{{ policy }}”。请核对改动、案例和预算影响后发布，或退回修改。",
        Urgency.DIGEST,
    ),
    MessageKind(
        "drafting.returned", *_WORK, "已退回修改：{{ policy }}", "{{ by }}退回了该拟订：{{ reason }}", Urgency.AT_ONCE
    ),
    MessageKind(
        "drafting.published",
        *_WORK,
        "已发布：{{ policy }}",
        "{{ by }}发布了该拟订，新增 {{ count }} 个事项版本。",
        Urgency.DIGEST,
    ),
]
