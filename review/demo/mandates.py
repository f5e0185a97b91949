"""The demo's agency: one client for everything, one for a single item, and one whose mandate waits for its owner."""

import uuid
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications.claims.models import Claim
from applications.claims.services.drafts import start_claim
from applications.mandates.enums import MandateState, Right, Side
from applications.mandates.services import Scope, ask_for_mandate, confirm_mandate, hand_in_paper
from policies.published.models import SupportItem
from portal.accounts.models import Applicant
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.demo.papers import sample_paper
from review.demo.people import AGENCY

_ITEM = "wx2020-01-inv"
_NAMESPACE = uuid.UUID("0a54f3de-6e2c-4f0a-9b7e-3f1d2c4b5a60")
# Which of the demo's applicants gives a mandate, of how much, and whether it is confirmed.
_CLIENTS: tuple[tuple[int, tuple[str, ...], tuple[Right, ...], bool], ...] = (
    (0, (), tuple(Right), True),
    (2, (_ITEM,), (Right.FILL, Right.CORRECT), True),
    (3, (), (Right.FILL,), False),
)


def load_mandates(applicants: list[Applicant], *, now: datetime) -> None:
    """Ask for the mandates as the agency, confirm them as the clients' owners, and begin a draft under one."""
    agency, today = applicants[AGENCY], timezone.localdate(now)
    agent = ActorContext(user=agency.memberships.get(is_owner=True).user, at=now)
    items = {item.code: item for item in SupportItem.objects.filter(code=_ITEM)}
    for index, codes, rights, is_confirmed in _CLIENTS:
        client, key = applicants[index], uuid.uuid5(_NAMESPACE, str(index))
        scope = Scope(
            [items[code] for code in codes if code in items],
            rights,
            today,
            today + timedelta(days=300),
            with_earlier=not codes,
        )
        mandate = ask_for_mandate(client, agency, side=Side.AGENCY, scope=scope, key=key, act=agent)
        if is_confirmed and mandate.state == MandateState.ASKED:
            paper = SimpleUploadedFile("委托书.pdf", sample_paper("委托书", unique=mandate.number))
            hand_in_paper(mandate, file=paper, act=agent)
            confirm_mandate(mandate, act=ActorContext(user=client.memberships.get(is_owner=True).user, at=now))
    draft_key = uuid.uuid5(_NAMESPACE, "draft")
    if _ITEM in items and not Claim.objects.filter(key=draft_key).exists():
        try:
            start_claim(applicants[2], item=items[_ITEM], key=draft_key, act=agent)
        except RefusedError:
            # No call is open for it on this day: the board shows the mandates alone.
            return
