"""What the app registers: addresses, menu, its message, and audit words."""

from portal.access import officials
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from review.spotchecks.message_kinds import FIELDS, KINDS
from review.spotchecks.models import READERS, Case, Sample

URL_MODULES.add("spotchecks/", "review.spotchecks.urls")
register_menu("复核抽查", "spotchecks:samples", officials(*READERS), weight=103)
register_contents(Sample, Case)
register_messages(KINDS, FIELDS)
register_audit("spotchecks", "复核抽查", {"drawn": "抽取样本", "judged": "复核"}, weight=47)
