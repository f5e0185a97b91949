"""What the app registers: addresses and audit words."""

from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES

URL_MODULES.add("calendar/", "portal.calendars.urls")
register_audit("calendars", "日历订阅", {"made": "建立日历订阅", "revoked": "停用日历订阅"}, weight=170)
