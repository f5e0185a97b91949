"""What the app registers: addresses, interface, menu, jobs and audit words."""

from applications.claims.enums import Action
from applications.claims.jobs import remind_drafts, replay
from applications.claims.message_kinds import FIELDS, KINDS
from applications.claims.models import Assessment, Claim, ClaimEvent, ClaimLine, CorrectionPoint, Evidence, StoredFile
from applications.claims.own_data import CLAIMS, CLOSING, DRAFTS, OWN_CLAIMS
from applications.claims.permissions import under_mandate
from applications.claims.selectors.days import days_of_claims
from applications.claims.selectors.files import expected_file, is_fixed
from portal.access import applicants
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.audit.services import ATTRIBUTIONS
from portal.calendars.sources import CALENDAR_SOURCES
from portal.core.registry import API_ROUTERS, URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from portal.privacy.extension import CLOSINGS, OWN_DATA, RETENTIONS

URL_MODULES.add("claims/", "applications.claims.urls")
register_messages(KINDS, FIELDS)
API_ROUTERS.add("applications", "applications.claims.api.router")
JOB_KINDS.add("applications.replay", JobKind("核对历史测算", replay, is_daily=True))
JOB_KINDS.add("claims.remind_drafts", JobKind("提醒未提交的草稿", remind_drafts, is_daily=True))
CALENDAR_SOURCES.add("claims", days_of_claims)
register_menu("我的申报", "applications:claims", applicants, weight=60)
OWN_DATA.add("claims", OWN_CLAIMS)
CLOSINGS.add("claims", CLOSING)
ATTRIBUTIONS.append(under_mandate)
RETENTIONS.add("drafts", DRAFTS)
RETENTIONS.add("claims", CLAIMS)
register_contents(Assessment, ClaimEvent, Evidence)
register_contents(Claim, fixed=is_fixed)
register_contents(ClaimLine, CorrectionPoint, fixed=lambda row: is_fixed(row.claim), related=("claim",))
register_contents(StoredFile, file_of=expected_file)
register_audit(
    "claim",
    "申报",
    {action.value: action.label for action in Action}
    | {
        "corrected": "补正内容",
        "moved": "转入另一份申报通知",
        "prefilled": "按登记信息填写",
        "erased": "清除草稿内容",
        "for_owner": "交给负责人提交",
        "clock": "计算办理期限",
    },
    weight=10,
    fields={
        "claim": "申报编号",
        "claims": "申报件数",
        "item": "事项标识",
        "items": "事项",
        "line": "明细",
        "lines": "明细",
        "due_on": "办理期限",
    },
)
register_audit(
    "evidence",
    "佐证材料",
    {
        "add": "上传材料",
        "place": "归位材料",
        "take_out": "移出材料",
        "remove": "删除材料",
        "purge": "销毁材料",
    },
    weight=20,
    fields={"requirement": "材料要求"},
)
