"""What the app registers: its address and the link below every page."""

from portal.core.registry import URL_MODULES
from portal.navigation import register_footer

URL_MODULES.add("terms/", "portal.terms.urls")
register_footer("用语解释", "terms:list", weight=15)
