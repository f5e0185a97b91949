"""What the app registers: addresses, messages, its panel of the claim page, audit words, contents."""

from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.notifications.kinds import register_messages
from portal.privacy.extension import OWN_DATA
from review.decisions.panels import CLAIM_PANELS, ClaimPanel, Pane
from review.letters.message_kinds import KINDS
from review.letters.models import Letter, LetterFile
from review.letters.own_data import OWN_LETTERS
from review.letters.selectors import thread_of

URL_MODULES.add("letters/", "review.letters.urls")
register_messages(KINDS)
OWN_DATA.add("letters", OWN_LETTERS)
CLAIM_PANELS.add(
    "letters",
    ClaimPanel(
        title="与申报单位的往来消息",
        pane=Pane.AFTER,
        weight=60,
        template="letters/_panel.html",
        context=lambda claim_review: {"letters": list(thread_of(claim_review.claim))[-3:]},
    ),
)
register_contents(Letter)
register_contents(LetterFile, file_of=lambda file: (file.path, file.sha256))
register_audit("letters", "申报往来消息", {"written": "写往来消息"}, weight=12, fields={"files": "附件"})
