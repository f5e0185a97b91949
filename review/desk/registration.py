"""What the app registers: its addresses."""

from portal.core.registry import URL_MODULES

URL_MODULES.add("desk/", "review.desk.urls")
