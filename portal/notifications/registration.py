"""What the app registers: addresses, menu, jobs and audit words."""

from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, MAIL_ATTEMPTS, JobKind
from portal.navigation import register_menu
from portal.notifications.digest import DIGEST_JOB, DIGEST_PARTS, plan_digests, send_digest, unread_work
from portal.notifications.jobs import send_outgoing
from portal.notifications.kinds import register_messages
from portal.notifications.message_kinds import FIELDS, KINDS
from portal.notifications.models import MessageText
from portal.notifications.services import SEND_JOB

URL_MODULES.add("messages/", "portal.notifications.urls")
JOB_KINDS.add(SEND_JOB, JobKind("发送消息", send_outgoing, attempts=MAIL_ATTEMPTS))
JOB_KINDS.add("notifications.plan_digests", JobKind("安排待办汇总", plan_digests, is_daily=True))
JOB_KINDS.add(DIGEST_JOB, JobKind("发送待办汇总", send_digest))
register_messages(KINDS, FIELDS)
DIGEST_PARTS.add("notifications", unread_work)
register_menu("消息发送", "notifications:outbox", officials(Role.SYSTEM_ADMIN), weight=201)
register_menu("消息文字", "notifications:texts", officials(Role.POLICY_ADMIN), weight=142)
register_contents(MessageText)
register_audit(
    "notifications",
    "消息",
    {
        "retried": "重发消息",
        "retried_all": "批量重发消息",
        "given_up": "放弃发送消息",
        "text_proposed": "提出消息文字",
        "text_released": "发布消息文字",
        "text_refused": "不采纳消息文字",
    },
    weight=161,
    fields={"channel": "渠道"},
)
