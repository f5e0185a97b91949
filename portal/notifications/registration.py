"""What the app registers: addresses and jobs."""

from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, MAIL_ATTEMPTS, JobKind
from portal.notifications.jobs import send_outgoing

URL_MODULES.add("messages/", "portal.notifications.urls")
JOB_KINDS.add("notifications.send_email", JobKind("发送消息", send_outgoing, attempts=MAIL_ATTEMPTS))
