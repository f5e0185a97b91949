"""The message about a recusal."""

from portal.notifications.enums import Audience, Group, Urgency
from portal.notifications.kinds import Field, MessageKind

FIELDS = {"recusal_ground": Field("回避事由", "曾任职单位")}
KINDS = [
    MessageKind(
        "recusal.made",
        Group.WORK,
        Audience.OFFICIAL,
        "回避：{{ person }}与{{ applicant }}",
        "{{ person }}应当回避“{{ applicant }}”的申报，事由：{{ recusal_ground }}。"
        "该单位的申报已不在其待办中；需要时请改派他人。",
        Urgency.AT_ONCE,
    )
]
