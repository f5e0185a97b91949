"""The message about a sample that waits for second looks."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind

FIELDS = {"period": Field("期间", "2026-01-01 至 2026-06-30"), "sample_size": Field("样本数", "68", "1200")}
KINDS = [
    MessageKind(
        "spotchecks.drawn",
        Group.WORK,
        Audience.OFFICIAL,
        "复核抽查：{{ sample_size }} 件待复核",
        "已从 {{ period }} 的审核意见中随机抽取 {{ sample_size }} 件。请在未看原意见的情况下独立作出结论。",
    ),
]
