"""The table of a panel's transitions."""

from portal.core.workflow import Workflow, transition
from review.panels.enums import OPEN_STATES, PanelAction, PanelState

PANELS = Workflow(
    transition(PanelAction.DRAW, PanelState.FORMING, PanelState.DRAWN),
    transition(PanelAction.OPEN, PanelState.DRAWN, PanelState.SCORING),
    transition(PanelAction.CLOSE, PanelState.SCORING, PanelState.SCORED),
    transition(PanelAction.REOPEN, PanelState.SCORED, PanelState.SCORING, needs_reason=True),
    transition(PanelAction.CONFIRM, PanelState.SCORED, PanelState.CONFIRMED),
    transition(PanelAction.CANCEL, OPEN_STATES, PanelState.CANCELLED, needs_reason=True),
    noun="评审",
)
