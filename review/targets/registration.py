"""What the app registers: addresses, menu and audit words, and what the audit chain holds."""

from portal.access import public
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from review.targets.models import Measurement, ProgressEntry

URL_MODULES.add("targets/", "review.targets.urls")
register_menu("目标进展", "targets:index", public, weight=40)
register_audit(
    "targets",
    "目标与方案",
    {"measure": "登记目标实测值", "correct": "更正目标实测值", "report": "登记方案进展"},
    weight=70,
    fields={"figure": "实测值"},
)
register_contents(Measurement, ProgressEntry)
