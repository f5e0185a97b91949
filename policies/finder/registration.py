"""What the app registers: addresses and menu."""

from portal.access import public
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu

URL_MODULES.add("policies/finder/", "policies.finder.urls")
register_menu("政策匹配", "finder:start", public, weight=10)
