"""What the app registers: addresses, interface, menu, jobs and audit words."""

from portal.access import applicants, officials
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import API_ROUTERS, URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_footer, register_menu
from review.notices.api import router
from review.notices.jobs import issue_grant, issue_recognition, issue_refusal
from review.notices.models import KEEPERS, Notice
from review.notices.selectors import printed_file

URL_MODULES.add("notices/", "review.notices.urls")
URL_MODULES.add("v/", "review.notices.verification_urls")
API_ROUTERS.add("notices", router)
JOB_KINDS.add("notices.issue_grant", JobKind("制作资助决定通知书", issue_grant))
JOB_KINDS.add("notices.issue_refusal", JobKind("制作不予支持通知书", issue_refusal))
JOB_KINDS.add("notices.issue_recognition", JobKind("制作认定通知书", issue_recognition))
register_menu("我的通知书", "notices:mine", applicants, weight=80)
register_footer("通知书核验", "notices:verify", weight=20)
register_menu("通知书", "notices:office", officials(*KEEPERS), weight=95)
register_contents(Notice, file_of=printed_file)
register_audit(
    "notices",
    "通知书",
    {
        "issue": "通知书编号",
        "print": "通知书制作",
        "voided": "作废通知书",
        "mailed": "登记邮寄送达",
        "handed_over": "登记直接送达",
    },
    weight=60,
    fields={"note": "说明", "on": "日期"},
)
