"""The message that a bulletin is."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "bulletin_title": Field("群发消息的标题", "请尽快提交申报"),
    "bulletin_text": Field("群发消息的内容", "申报将于 4 月 30 日截止，请在此之前提交。"),
    "office": Field("发送机关", "无锡市市场监督管理局"),
}
KINDS = [
    MessageKind(
        "bulletins.bulletin",
        Group.CALLS,
        Audience.APPLICANT,
        "{{ bulletin_title }}",
        "{{ bulletin_text }}\n\n{{ office }}（关于“{{ call }}”）",
    )
]
