"""Why a person must leave a claim to others: four eyes, recusal, its holder, or work that rests."""

from collections.abc import Iterable

from applications.claims.models import Claim
from portal.accounts.models import User
from review.assignments.selectors.desks import desk_state
from review.decisions.enums import Stage
from review.decisions.models import Decision
from review.decisions.permissions import four_eyes_problem, persons_of


def obstacle_of(user: User, claim: Claim, decisions: Iterable[Decision], stage: Stage | None) -> str:
    """What stands against this person's conclusion at a stage, in words; "" where nothing does.

    Of a claim read by `with_desk`, with all decisions on it. For an absent holder both persons are asked.
    """
    concluded = persons_of((one.officer_id, one.on_behalf_of_id, one.stage) for one in decisions)
    problem = four_eyes_problem(user, claim, concluded, stage)
    if problem or stage is None:
        return problem
    desk = desk_state(claim, user)
    if desk.principal is not None:
        problem = four_eyes_problem(desk.principal, claim, concluded, stage)
    return problem or desk.problem
