"""What the app registers: addresses, menu and audit words."""

from portal.access import officials
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from review.appropriations.models import Allocation, AllocationShare, Appropriation, AppropriationLine, Receipt
from review.appropriations.permissions import READERS

URL_MODULES.add("appropriations/", "review.appropriations.urls")
register_contents(Allocation, AllocationShare, Appropriation, AppropriationLine, Receipt)
register_menu("分配下达", "appropriations:list", officials(*READERS), weight=107)
register_audit(
    "allocation",
    "因素法分配",
    {
        "draft": "编制分配方案",
        "edit": "修改分配方案",
        "adjust": "调整分配方案",
        "compute": "测算分配方案",
        "check": "复核分配方案",
        "return": "退回分配方案",
        "issue": "下达分配方案",
    },
    weight=56,
)
register_audit(
    "appropriation",
    "资金下达",
    {
        "draft": "拟写下达文件",
        "check": "复核下达文件",
        "return": "退回下达文件",
        "issue": "下达资金",
        "receive": "签收资金",
        "recall": "收回资金",
    },
    weight=57,
)
