"""What the app registers: addresses and menu."""

from portal.access import applicants
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu

URL_MODULES.add("papers/", "review.papers.urls")
register_menu("我的文件", "papers:mine", applicants, weight=81)
