"""What the app registers: its addresses and links below every page."""

from portal.core.registry import URL_MODULES
from portal.navigation import register_footer

URL_MODULES.add("display/", "portal.display.urls")
register_footer("无障碍说明", "display:accessibility", weight=50)
register_footer("English", "display:english", weight=60)
