"""What the app registers: addresses, menu and audit words."""

from portal.access import applicants, officials
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from review.ratings.message_kinds import FIELDS, KINDS
from review.ratings.models import READERS, Rating

URL_MODULES.add("ratings/", "review.ratings.urls")
register_menu("办事评价", "ratings:own", applicants, weight=171)
register_menu("评价回复", "ratings:desk", officials(*READERS), weight=176)
register_contents(Rating)
register_messages(KINDS, FIELDS)
register_audit("ratings", "办事评价", {"rated": "评价", "answered": "回复评价"}, weight=46)
