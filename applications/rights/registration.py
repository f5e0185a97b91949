"""What the app registers: addresses, menu and audit words."""

from applications.claims.selectors.problems import ATTESTING
from applications.rights.lapsing import days_of_rights, remind_of_lapses
from applications.rights.message_kinds import FIELDS, KINDS
from applications.rights.models import ROSTER_READERS, Roster, RosterRow
from applications.rights.own_data import CLOSING, OWN_RIGHTS
from applications.rights.selectors import attesting_rosters
from portal.access import applicants, officials
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.calendars.sources import CALENDAR_SOURCES
from portal.core import clock
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.jobs.progress import report_progress
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from portal.privacy.extension import CLOSINGS, OWN_DATA


def _remind() -> None:
    remind_of_lapses(on=clock.today(), progress=report_progress)


URL_MODULES.add("rights/", "applications.rights.urls")
register_menu("我的台账", "rights:list", applicants, weight=70)
register_menu("权利名册", "rights:rosters", officials(*ROSTER_READERS), weight=155)
ATTESTING.append(attesting_rosters)
register_messages(KINDS, FIELDS)
JOB_KINDS.add("rights.remind_lapses", JobKind("提醒到期的证书和权利", _remind, is_daily=True))
CALENDAR_SOURCES.add("rights", days_of_rights)
OWN_DATA.add("rights", OWN_RIGHTS)
CLOSINGS.add("rights", CLOSING)
register_contents(Roster, RosterRow)
register_audit(
    "rights",
    "知识产权台账",
    {
        "record": "登记台账",
        "record_many": "批量登记台账",
        "change": "修改台账",
        "remove": "移出台账",
        "remove_many": "批量移出台账",
        "roster_taken": "上传名册",
        "roster_withdrawn": "停用名册",
    },
    weight=40,
    fields={"details": "登记内容"},
)
