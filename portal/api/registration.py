"""What the app registers: addresses and audit words."""

from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES

URL_MODULES.add("me/tokens/", "portal.api.urls")
register_audit(
    "api",
    "数据接口",
    {"token_created": "创建接口令牌", "token_revoked": "停用接口令牌"},
    weight=140,
    fields={"expires_at": "有效期至"},
)
