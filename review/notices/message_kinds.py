"""The messages about notices that are made or void."""

from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind

FIELDS = {
    "notice": Field("通知书名称", "资助决定通知书"),
    "notice_number": Field("通知书文号", "锡知资〔2026〕1号"),
}
_OF = "您的申报“{{ item }}”（{{ number }}）的{{ notice }}（{{ notice_number }}）"
_DUE = (Group.DUE, Audience.APPLICANT)
KINDS = [
    MessageKind(
        "notices.unopened",
        *_DUE,
        "您还没有查看{{ notice }}",
        _OF + "制作完成已有 {{ count }} 天，还没有打开。通知书写明的救济期限从送达起算，请及时查看。",
    ),
    MessageKind("notices.ready", *_DUE, "{{ notice }}可以下载了", _OF + "已制作完成。"),
    MessageKind(
        "notices.void", *_DUE, "{{ notice }}已作废", _OF + "已作废，原因：{{ reason }}。如重新制发，会另行通知您。"
    ),
]
