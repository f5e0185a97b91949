"""What the app registers: addresses, interface, menu, jobs, audit words, and what of calls the chain holds."""

from policies.calls.enums import CallState
from policies.calls.jobs import announce
from policies.calls.message_kinds import FIELDS, KINDS
from policies.calls.models import Call, CallAttachment, CallChange, CallItem
from policies.calls.selectors import days_of_calls
from portal.access import officials, public
from portal.accounts.enums import Role
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.calendars.sources import CALENDAR_SOURCES
from portal.core.registry import API_ROUTERS, URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages

URL_MODULES.add("calls/", "policies.calls.urls")
register_messages(KINDS, FIELDS)
API_ROUTERS.add("calls", "policies.calls.api.router")
JOB_KINDS.add("calls.announce", JobKind("告知申报通知", announce))
CALENDAR_SOURCES.add("calls", days_of_calls)
register_menu("申报通知", "calls:list", public, weight=30)
register_menu("通知办理", "calls:work", officials(Role.POLICY_ADMIN), weight=150)
register_audit(
    "calls",
    "申报通知",
    {
        "draft": "拟写申报通知",
        "save": "修改申报通知草稿",
        "discard": "删除申报通知草稿",
        "attach": "上传通知附件",
        "detach": "删除通知附件",
        "published": "发布申报通知",
        "extended": "延长申报时间",
        "closed": "提前截止申报",
        "amended": "调整申报通知",
        "withdrawn": "撤销申报通知",
    },
    weight=110,
    fields={"call": "申报通知", "starts_on": "开始日期", "ends_on": "截止日期"},
)


def _is_published(call: Call) -> bool:
    return call.state != CallState.DRAFTED


register_contents(Call, fixed=_is_published)
register_contents(CallItem, fixed=lambda row: _is_published(row.call), related=("call",))
register_contents(
    CallAttachment,
    file_of=lambda row: (row.path, row.sha256),
    fixed=lambda row: _is_published(row.call),
    related=("call",),
)
register_contents(CallChange)
