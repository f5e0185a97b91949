"""Tables of transitions: of a proposed setting, and of a sheet that is being read."""

from portal.core.workflow import Workflow, into
from review.checks.enums import SettingState, SheetState

SETTINGS = Workflow(
    into(SettingState.CONFIRMED, SettingState.PROPOSED), into(SettingState.REFUSED, SettingState.PROPOSED), noun="设置"
)
SHEETS = Workflow(
    into(SheetState.WAITING, SheetState.READING),
    into(SheetState.IN_FORCE, SheetState.READING, SheetState.WAITING),
    into(SheetState.FAILED, SheetState.READING, SheetState.WAITING),
    noun="名单",
)
