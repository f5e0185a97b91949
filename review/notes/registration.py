"""What the app registers: its panel, its address and its words in the record."""

from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.notifications.enums import Audience, Group
from portal.notifications.kinds import Field, MessageKind, register_messages
from review.decisions.panels import CLAIM_PANELS, ClaimPanel, Pane
from review.notes.models import ClaimNote
from review.notes.views import notes_panel

URL_MODULES.add("notes/", "review.notes.urls")
CLAIM_PANELS.add(
    "notes",
    ClaimPanel(title="内部备注", pane=Pane.AFTER, weight=40, template="notes/_panel.html", context=notes_panel),
)
register_contents(ClaimNote)
register_messages(
    [
        MessageKind(
            "notes.mention",
            Group.WORK,
            Audience.OFFICIAL,
            "{{ colleague }}在申报 {{ number }} 的备注中提到您",
            "请打开该申报，在“内部备注”中查看。",
        )
    ],
    {"colleague": Field("同事姓名", "顾受理", "欧阳某某某")},
)
register_audit(
    "notes", "内部备注", {"added": "写内部备注"}, weight=33, fields={"reach": "可见范围", "mentioned": "提到的人员"}
)
