"""The table of a rate's transitions: entered by one person, confirmed or refused by another."""

from policies.rates.enums import RateState
from portal.core.workflow import Workflow, into

WORKFLOW = Workflow(
    into(RateState.CONFIRMED, RateState.PROPOSED), into(RateState.REFUSED, RateState.PROPOSED), noun="标准"
)
