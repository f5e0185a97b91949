"""What the app registers: addresses, interface, menu, jobs and audit words."""

from portal.access import applicants, officials
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core import clock
from portal.core.registry import API_ROUTERS, URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.jobs.progress import report_progress
from portal.navigation import register_footer, register_menu
from portal.notifications.kinds import register_messages
from portal.privacy.extension import OWN_DATA
from review.notices.archive.jobs import JOB as ARCHIVE
from review.notices.archive.jobs import archive_ended, archive_one
from review.notices.enums import NoticeKind
from review.notices.jobs import handler_of
from review.notices.kinds import FORMS, NoticeForm
from review.notices.message_kinds import FIELDS, KINDS
from review.notices.models import KEEPERS, Notice, NoticeEvent
from review.notices.own_data import OWN_NOTICES
from review.notices.runs import JOB, print_slice
from review.notices.selectors import printed_file
from review.notices.unopened import remind_of_unopened

URL_MODULES.add("notices/", "review.notices.urls")
register_messages(KINDS, FIELDS)
URL_MODULES.add("v/", "review.notices.verification_urls")
API_ROUTERS.add("notices", "review.notices.api.router")


def remind() -> None:
    """Every night."""
    remind_of_unopened(on=clock.today(), progress=report_progress)


def register_form(kind: NoticeKind, form: NoticeForm) -> None:
    """Make a kind of notice known, with the job that issues it; apps above register their own."""
    FORMS[kind] = form
    JOB_KINDS.add(form.job, JobKind(f"制作{kind.label}", handler_of(kind)))


for each in tuple(FORMS):
    register_form(each, FORMS[each])
JOB_KINDS.add(JOB, JobKind("制作印制分册", print_slice))
JOB_KINDS.add("notices.remind_unopened", JobKind("提醒未查看的通知书", remind, is_daily=True))
JOB_KINDS.add("notices.archive_ended", JobKind("归档已办结的申报", archive_ended, is_daily=True))
JOB_KINDS.add(ARCHIVE, JobKind("制作归档包", archive_one))
register_menu("我的通知书", "notices:mine", applicants, weight=80)
register_footer("通知书核验", "notices:verify", weight=20)
register_menu("通知书", "notices:office", officials(*KEEPERS), weight=95)
OWN_DATA.add("notices", OWN_NOTICES)
register_contents(Notice, file_of=printed_file)
register_contents(NoticeEvent)
register_audit(
    "notices",
    "通知书",
    {
        "issue": "通知书编号",
        "print": "通知书制作",
        "voided": "作废通知书",
        "mailed": "登记邮寄送达",
        "handed_over": "登记直接送达",
        "archive": "归档",
        "run": "建立印制批次",
        "run_pause": "暂停印制批次",
        "run_resume": "继续印制批次",
        "run_cancel": "取消印制批次",
    },
    weight=60,
    fields={"note": "说明", "on": "日期", "slices": "册数"},
)
