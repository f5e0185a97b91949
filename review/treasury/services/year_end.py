"""What becomes of a line at year end, by two people: one proposes, another confirms."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.accounts.persons import same_person
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.treasury.enums import YearEndState
from review.treasury.models import BudgetLine, YearEnd
from review.treasury.services.lines import close_year, refuse_carry_over
from review.treasury.workflow import YEAR_ENDS


def propose_year_end(line: BudgetLine, *, carry_over_to: BudgetLine | None, act: ActorContext) -> YearEnd:
    """Propose to carry over what a line has available, with its commitments, or to let it lapse (None).

    Raises RefusedError where a proposal stands, and for a line to which nothing can be carried over.
    """
    user = _acting(line, act, Role.FINANCE)
    refuse_carry_over(line, carry_over_to)
    with transaction.atomic():
        _lock(line)
        if proposed(line):
            raise RefusedError("该指标已有待确认的年末处理，请先确认或撤回。")
        made = YearEnd.objects.create(line=line, carry_over_to=carry_over_to, proposed_by=user, proposed_at=act.at)
        record_audit(
            act,
            action="treasury.propose_year_end",
            target=line,
            region_code=line.region_id,
            after={"carry_over_to": str(carry_over_to or "")},
        )
    return made


def confirm_year_end(line: BudgetLine, *, act: ActorContext) -> YearEnd:
    """Do what another person proposed. Raises RefusedError for the same person, and where nothing is left."""
    return _settle(line, YearEndState.DONE, act)


def drop_year_end(line: BudgetLine, *, act: ActorContext) -> YearEnd:
    """Take a proposal back."""
    return _settle(line, YearEndState.DROPPED, act)


def proposed(line: BudgetLine) -> YearEnd | None:
    """The proposal that waits for confirmation, if there is one."""
    rows = line.year_ends.filter(state=YearEndState.PROPOSED).select_related("carry_over_to", "proposed_by")
    return rows.first()


def _settle(line: BudgetLine, state: YearEndState, act: ActorContext) -> YearEnd:
    user = _acting(line, act, Role.FINANCE, Role.DECISION_MAKER)
    with transaction.atomic():
        _lock(line)
        found = proposed(line)
        if found is None:
            raise RefusedError("没有待确认的年末处理，可能已由他人办理。请刷新页面查看。")
        if state == YearEndState.DONE:
            if same_person(user, found.proposed_by_id):
                raise RefusedError("年末处理须由另一人确认：您是提出人。")
            close_year(line, carry_over_to=found.carry_over_to, act=act)
        YEAR_ENDS.move(found, state, changes={"settled_by": user, "settled_at": act.at})
        record_audit(
            act,
            action="treasury.settle_year_end",
            target=line,
            region_code=line.region_id,
            after={"state": state.label, "carry_over_to": str(found.carry_over_to or "")},
        )
    return found


def _lock(line: BudgetLine) -> None:
    BudgetLine.objects.select_for_update(of=("self",)).get(pk=line.pk)


def _acting(line: BudgetLine, act: ActorContext, *roles: Role) -> User:
    if act.user is None or line.region_id not in act.user.regions_for(*roles):
        raise PermissionDenied(f"只有该地区的{'、'.join(role.label for role in roles)}人员可以办理。")
    return act.user
