"""The messages that sum up others."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "todo": Field("待办件数", "12", "1000"),
    "due_tomorrow": Field("明天到期的件数（没有的为空）", "3", "1000"),
    "lines": Field("各项待办，每项一行", "滨湖区 · 待受理 12 件（3 件明天到期）"),
}
KINDS = [
    MessageKind(
        "notifications.digest",
        Group.WORK,
        Audience.OFFICIAL,
        "您有 {{ todo }} 件待办{% if due_tomorrow %}，其中 {{ due_tomorrow }} 件明天到期{% endif %}",
        "{{ lines }}",
    )
]
