"""Rows of panels and of objections online: what is written once, and what the chain holds in each state."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from portal.experts.models import Expert
from review.panels.models import Panel, Scheme
from tests.factories import ClaimFactory, UserFactory, make_official, wuxi
from tests.portal.core.protected_objections import OBJECTION_ROWS, OPEN_OBJECTION_ROWS

_DAY = date(2026, 3, 2)


def _expert():
    return Expert.objects.create(
        user=UserFactory(),
        region=wuxi(),
        employer="研究所",
        serves_from=_DAY,
        added_by=make_official("policy_admin", wuxi()),
    )


def _scheme():
    return Scheme.objects.create(
        region=wuxi(),
        title="标准",
        criteria=[],
        minimum=1,
        outlier_distance=Decimal(9),
        made_by=make_official("policy_admin", wuxi()),
    )


def _panel():
    officer = make_official("city_officer", wuxi())
    return Panel.objects.create(
        region=wuxi(), title="评审", scheme=_scheme(), size=1, score_until=_DAY, made_by=officer
    )


def _entry(panel=None):
    return (panel or _panel()).entries.create(claim=ClaimFactory(), position=1)


def _seat(panel=None):
    return (panel or _panel()).seats.create(expert=_expert())


def _draw():
    panel = _panel()
    return panel.draws.create(seed="1", pool=[], drawn=[], by=panel.made_by)


def _conflict():
    panel = _panel()
    return _seat(panel).conflicts.create(entry=_entry(panel), reason="同事")


def _score_sheet():
    panel = _panel()
    given = {"points": ["9"], "total": Decimal(9), "comment": "可", "saved_at": timezone.now()}
    return _seat(panel).sheets.create(entry=_entry(panel), **given)


PANEL_ROWS = {
    **OBJECTION_ROWS,
    "panels.scheme": (_scheme, {"title": "改写"}),
    "panels.draw": (_draw, {"seed": "2"}),
    "panels.conflict": (_conflict, {"reason": "改写"}),
}
OPEN_PANEL_ROWS = {
    **OPEN_OBJECTION_ROWS,
    "experts.expert": (_expert, {"employer": "改写"}),
    "panels.panel": (_panel, {"title": "改写"}),
    "panels.entry": (_entry, {"position": 2}),
    "panels.seat": (_seat, {"is_chair": True}),
    "panels.scoresheet": (_score_sheet, {"total": Decimal(8)}),
}
