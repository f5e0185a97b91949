"""What the app registers: addresses, menu, the nightly job, the check for debts and audit words."""

from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from portal.privacy.extension import CLOSINGS
from review.checks.enums import FROM_REVIEW, Severity, Step
from review.checks.registry import CHECKS, Check
from review.notices.registration import register_form
from review.payments.debts import register_debts
from review.recoveries.enums import RecoveryAction
from review.recoveries.jobs import mark
from review.recoveries.message_kinds import FIELDS, KINDS
from review.recoveries.models import AwardVersion, CreditMark, Instalment, Receipt, Recovery, RecoveryEvent
from review.recoveries.own_data import CLOSING
from review.recoveries.papers import NOTICES
from review.recoveries.selectors import find_debt
from review.recoveries.services.set_off import debts_to, set_off
from review.recoveries.workflow import OFFICERS

URL_MODULES.add("recoveries/", "review.recoveries.urls")
register_messages(KINDS, FIELDS)
register_menu("追缴", "recoveries:recoveries", officials(*OFFICERS, Role.AUDITOR), weight=115)
JOB_KINDS.add("recoveries.overdue", JobKind("标记逾期未退回的追缴", mark, is_daily=True))
CLOSINGS.add("recoveries", CLOSING)
CHECKS.add(
    "debt",
    Check(
        title="逾期未退的追缴资金",
        find=find_debt,
        words={"": "{problem}"},
        severity=Severity.BLOCKING,
        # What is approved is paid: the debt is taken off it.
        steps=FROM_REVIEW - {Step.APPROVAL, Step.PAYMENT},
        may_be_overridden=False,
        is_fixed=True,
    ),
)
register_debts(debts_to, set_off)
register_contents(Recovery, RecoveryEvent, Instalment, Receipt, CreditMark, AwardVersion)
for kind, form in NOTICES.items():
    register_form(kind, form)
register_audit(
    "recovery",
    "资金追缴",
    {action.value: action.label for action in RecoveryAction}
    | {"receipt": "退款内容", "planned": "分期内容", "award_version": "资助变更内容", "marked": "逾期标记"},
    weight=52,
    fields={"until_on": "截止日期"},
)
