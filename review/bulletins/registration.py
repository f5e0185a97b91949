"""What the app registers: addresses, menu, its message, its job and audit words, and what the audit chain holds."""

from portal.access import officials
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from review.bulletins.enums import BulletinState
from review.bulletins.message_kinds import FIELDS, KINDS
from review.bulletins.models import WRITERS, Bulletin
from review.bulletins.services import SEND_JOB, send_bulletin

URL_MODULES.add("bulletins/", "review.bulletins.urls")
register_messages(KINDS, FIELDS)
JOB_KINDS.add(SEND_JOB, JobKind("群发消息", send_bulletin))
register_menu("群发消息", "bulletins:list", officials(*WRITERS), weight=143)
register_audit(
    "bulletins",
    "群发消息",
    {"written": "拟写群发消息", "released": "发布群发消息", "refused": "不采纳群发消息"},
    weight=62,
    fields={"recipients": "发给"},
)
# While it is sent, its row says how far it went.
register_contents(Bulletin, fixed=lambda bulletin: bulletin.state != BulletinState.SENDING)
