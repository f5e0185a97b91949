"""What the app registers: addresses, menu and audit words."""

from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from review.treasury.models import Account, BudgetLine, Entry, MonthClose, Posting, YearEnd

URL_MODULES.add("treasury/", "review.treasury.urls")
register_menu("指标", "treasury:board", officials(Role.FINANCE, Role.DECISION_MAKER, Role.AUDITOR), weight=105)
register_contents(BudgetLine, Account, Entry, Posting, YearEnd, MonthClose)
register_audit(
    "treasury",
    "指标",
    {
        "line": "新建指标",
        "issue": "下达或调整指标",
        "carry_over": "结转指标",
        "lapse": "收回指标",
        "propose_year_end": "提出年末处理",
        "settle_year_end": "办结年末处理",
        "close_month": "月度结账",
        "ask_reopening": "申请反结账",
        "reopen_month": "批准反结账",
        "keep_closed": "不同意反结账",
    },
    weight=55,
    fields={"paper_no": "文号"},
)
