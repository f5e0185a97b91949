"""What outside registers state of a claim's lines, beside what was typed."""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils import timezone

from applications.claims.models import Claim
from applications.claims.permissions import mandate_of
from applications.claims.selectors.context import ClaimContext
from applications.claims.selectors.problems import Problem, find_problems
from policies.facts.registered import NUMBER, patents_stated
from policies.facts.values import facts_of
from portal.accounts.models import User
from portal.core.registers import Stated


def stated_of_lines(context: ClaimContext, *, on: date) -> dict[int, Stated]:
    """What the register of patents states of each line that may be changed, by the line's key. Two queries."""
    if not any(fact.name == NUMBER for fact in facts_of(context.item)):
        return {}
    lines = {state.line.pk: state.reading.values for state in context.lines if not state.line.is_defence}
    return patents_stated(lines, city=context.claim.city, on=on)


def problems_and_differences(context: ClaimContext, *, at: datetime, user: User) -> list[Problem]:
    """What keeps a claim from being submitted or wants another look, what registers state otherwise among it."""
    found = [*find_problems(context, at=at), *register_problems(context, on=timezone.localdate(at))]
    return as_seen_by(user, context.claim, found)


def as_seen_by(user: User, claim: Claim, problems: list[Problem]) -> list[Problem]:
    """Problems, for an agency without what they say of its principal's own entry and account."""
    if mandate_of(user, claim) is None:
        return problems
    words = "委托人的单位资料或收款账户还需要补全、更正，请联系委托人办理后再提交。"
    hidden = Problem(words, place="委托人资料")
    return list(dict.fromkeys(hidden if problem.is_profile else problem for problem in problems))


def register_problems(context: ClaimContext, *, on: date) -> Iterator[Problem]:
    """Where a line says otherwise than a register: to be looked at, and taken over if one wants."""
    stated, labels = stated_of_lines(context, on=on), context.labels
    for state in context.lines:
        known = stated.get(state.line.pk, Stated())
        for name, value in known.differing(state.reading.values).items():
            if name in labels:
                yield Problem(
                    f"登记信息为“{value}”（{known.source}），与填写的不同，请核对。",
                    f"slot-{state.prefix}-{name}",
                    f"第 {state.number} 项 {labels[name]}",
                    state.number,
                    is_warning=True,
                    is_early=True,
                    takes=f"{state.line.pk}-{name}",
                )
