"""The message that brings the report of a week."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "week": Field("一周的日期", "11月16日—11月22日"),
    "figures": Field("一周的数字", "收到 12 件，受理 10 件，拨付 50,000.00 元。目前在办 30 件，其中超期 1 件。"),
}
KINDS = [
    MessageKind("figures.weekly", Group.WORK, Audience.OFFICIAL, "上周办理情况（{{ week }}）", "{{ figures }}"),
]
