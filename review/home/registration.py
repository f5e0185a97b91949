"""What the app registers: addresses and the links below every page."""

from portal.core.registry import URL_MODULES
from portal.navigation import register_footer

URL_MODULES.add("", "review.home.urls")
register_footer("咨询电话", "contact", weight=10)
