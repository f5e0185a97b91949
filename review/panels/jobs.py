"""The daily look at panels: members are reminded before the last day of scoring, organisers told after it."""

from datetime import timedelta

from django.db import transaction

from portal.core import clock
from review.panels.enums import PanelState, SeatState
from review.panels.models import Panel
from review.panels.services.forming import tell

# Days before the last one on which members are reminded.
REMINDED_BEFORE = 2


def watch_panels() -> None:
    """Remind whoever has not handed in, once; tell the organiser, once, that the last day is past."""
    today = clock.today()
    open_panels = Panel.objects.filter(state__in=[PanelState.DRAWN, PanelState.SCORING]).select_related("made_by")
    for panel in open_panels.filter(score_until__lte=today + timedelta(days=REMINDED_BEFORE)).order_by("pk"):
        with transaction.atomic():
            mark = str(panel.score_until)
            if panel.score_until < today:
                tell([panel.made_by], "panels.late", panel, "panels:panel", panel.key, mark=mark, due=panel.score_until)
                continue
            late = panel.seats.seated().exclude(state=SeatState.HANDED_IN).select_related("expert__user")
            people = [seat.expert.user for seat in late]
            tell(people, "panels.due", panel, "panels:mine", mark=mark, due=panel.score_until)
