"""What the app registers: addresses, the menu, and the jobs that count."""

from portal.access import officials
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from review.figures.jobs import count_everything, count_this_hour, send_weekly_reports
from review.figures.message_kinds import FIELDS, KINDS
from review.figures.models import READERS

URL_MODULES.add("figures/", "review.figures.urls")
register_messages(KINDS, FIELDS)
JOB_KINDS.add("figures.count", JobKind("更新办理统计", count_this_hour, is_hourly=True))
JOB_KINDS.add("figures.recount", JobKind("重新统计全部月份", count_everything, is_daily=True))
JOB_KINDS.add("figures.weekly", JobKind("发送每周办理情况", send_weekly_reports, is_daily=True))
register_menu("统计", "figures:board", officials(*READERS), weight=125)
