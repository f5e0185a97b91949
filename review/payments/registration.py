"""What the app registers: addresses, menu, jobs and audit words."""

from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from portal.privacy.extension import RETENTIONS, Retention
from review.funding.awards import AWARDED
from review.notices.enums import NoticeKind
from review.notices.registration import register_form
from review.payments.jobs import issue_notices, read_answer, settle_rest, tell
from review.payments.message_kinds import FIELDS, KINDS
from review.payments.models import Batch, Disbursement, RowHandling
from review.payments.papers import PAYMENT_NOTICE
from review.payments.services.lines import follow_award
from review.payments.services.long_batches import KIND, move_in_background

URL_MODULES.add("funding/", "review.payments.funding_urls")
register_messages(KINDS, FIELDS)
URL_MODULES.add("payments/", "review.payments.urls")
JOB_KINDS.add("payments.read_answer", JobKind("处理银行回盘", read_answer))
JOB_KINDS.add("payments.settle_batch", JobKind("登记整批到账", settle_rest))
JOB_KINDS.add(KIND, JobKind("核对或发放支付批次", move_in_background))
JOB_KINDS.add("payments.tell", JobKind("通知付款结果", tell))
JOB_KINDS.add("payments.issue_notices", JobKind("制作拨款通知书（成批）", issue_notices))
readers = officials(Role.FINANCE, Role.AUDITOR)
register_menu("拨付", "funding:payments", readers, weight=110)
register_menu("支付批次", "payments:batches", readers, weight=112)
RETENTIONS.add(
    "payments", Retention("拨付、账册、银行回单和通知书", None, "财政资金档案，按《会计档案管理办法》不少于 30 年")
)
register_form(NoticeKind.PAYMENT, PAYMENT_NOTICE)
AWARDED.append(follow_award)
register_contents(Batch, Disbursement, RowHandling)
register_audit(
    "payments",
    "支付",
    {
        "open": "建立支付批次",
        "drop": "移出支付批次",
        "prepare": "核对支付批次",
        "release": "发放支付批次",
        "dissolve": "解散支付批次",
        "file": "生成银行文件",
        "answer": "接收银行回盘",
        "propose_row": "提出人工对应",
        "assigned_row": "复核人工对应",
        "set_aside_row": "搁置回盘行",
        "dropped_row": "撤回回盘行办理",
        "fail": "登记支付失败",
        "ask_reversal": "提出冲正",
        "decline_reversal": "不同意冲正",
        "reverse": "复核冲正",
        "confirm": "确认收款账户",
        "stages": "分期拨付",
        "meet_milestone": "登记拨付节点",
    },
    weight=57,
)
