"""What the app registers: addresses, menu, the rows it keeps in the chain and its words in the record."""

from portal.access import officials
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.experts.models import READERS, Expert
from portal.navigation import register_menu

URL_MODULES.add("experts/", "portal.experts.urls")
register_menu("专家库", "experts:list", officials(*READERS), weight=187)
register_contents(Expert)
register_audit(
    "experts",
    "专家库",
    {"taken_in": "专家入库或更新资料", "ended": "专家出库"},
    weight=126,
)
