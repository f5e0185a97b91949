"""The tables of the transitions of panels and of their members."""

from portal.core.workflow import Workflow, transition
from review.panels.enums import OPEN_STATES, PanelAction, PanelState, SeatAction, SeatState

PANELS = Workflow(
    transition(PanelAction.DRAW, PanelState.FORMING, PanelState.DRAWN),
    transition(PanelAction.OPEN, PanelState.DRAWN, PanelState.SCORING),
    transition(PanelAction.CLOSE, PanelState.SCORING, PanelState.SCORED),
    transition(PanelAction.REOPEN, PanelState.SCORED, PanelState.SCORING, needs_reason=True),
    transition(PanelAction.CONFIRM, PanelState.SCORED, PanelState.CONFIRMED),
    transition(PanelAction.CANCEL, OPEN_STATES, PanelState.CANCELLED, needs_reason=True),
    noun="评审",
)

SEATS = Workflow(
    transition(SeatAction.DECLARE, SeatState.INVITED, SeatState.READY),
    transition(SeatAction.HAND_IN, SeatState.READY, SeatState.HANDED_IN),
    transition(SeatAction.GIVE_BACK, SeatState.HANDED_IN, SeatState.READY),
    transition(SeatAction.LEAVE, (SeatState.INVITED, SeatState.READY), SeatState.LEFT, needs_reason=True),
    noun="专家席位",
)
