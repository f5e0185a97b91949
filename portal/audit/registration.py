"""What the app registers: addresses, menu, audit words, and the names that several apps record."""

from django.db.backends.signals import connection_created

from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.labels import register_audit
from portal.audit.roots import make_daily_root
from portal.audit.services import record_rest
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu

connection_created.connect(record_rest)
URL_MODULES.add("audit/", "portal.audit.urls")
JOB_KINDS.add("audit.root", JobKind("生成审计根", make_daily_root, is_daily=True))
register_menu("审计", "audit:records", officials(Role.AUDITOR), weight=180)
register_audit(
    "audit",
    "审计",
    {"export": "导出审计记录", "contents": "登记各行内容"},
    weight=170,
    fields={
        "reason": "理由",
        "filename": "文件名",
        "email": "电子邮箱",
        "count": "数量",
        "kind": "种类",
        "rows": "行数",
        "number": "编号",
        "before": "原",
        "after": "新",
        "basis": "依据",
        "filters": "筛选条件",
        "sha256": "文件哈希",
        "size": "大小（字节）",
        "region": "地区",
        "applicant": "申报单位",
    },
)
