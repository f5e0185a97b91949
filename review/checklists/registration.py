"""What the app registers: its panel, its menu entry, its words in the record, and what support waits for."""

from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from review.checklists.models import ChecklistAnswer, ChecklistPoint
from review.checklists.services import missing_points
from review.checklists.views import administrators, checklist_panel
from review.decisions.panels import CLAIM_PANELS, ClaimPanel, Pane
from review.decisions.services.locking import CONCLUSION_CHECKS

URL_MODULES.add("checklists/", "review.checklists.urls")
CLAIM_PANELS.add(
    "checklist",
    ClaimPanel(
        title="核对要点",
        pane=Pane.FINDINGS,
        weight=60,
        template="checklists/_panel.html",
        context=checklist_panel,
        is_open=True,
    ),
)
CONCLUSION_CHECKS.append(missing_points)
register_menu("核对要点", "checklists:points", administrators, weight=144)
register_contents(ChecklistPoint, ChecklistAnswer)
register_audit(
    "checklists",
    "核对要点",
    {"added": "添加核对要点", "retired": "停用核对要点", "found": "登记核对结果"},
    weight=34,
    fields={"found": "核对结果"},
)
