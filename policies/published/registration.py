"""What the app registers: addresses, interface, menu, audit words, and what the audit chain holds."""

from policies.published.models import DocumentText, ItemVersion, PolicyDocument, SupportItem
from portal.access import public
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import API_ROUTERS, URL_MODULES
from portal.navigation import register_menu

URL_MODULES.add("policies/", "policies.published.urls")
API_ROUTERS.add("policies", "policies.published.api.router")
register_menu("政策与事项", "policies:documents", public, weight=20)
register_audit("policies", "政策", {"publish_versions": "发布事项版本"}, weight=80, fields={"versions": "版本"})
register_contents(PolicyDocument, SupportItem, ItemVersion, DocumentText)
