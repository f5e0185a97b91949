"""The periods of the offices: clocks without a day, silence at the end of acceptance, and what supervisors are told."""

from collections.abc import Iterator
from datetime import date
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from applications.claims.clock import RUNNING, clocks_of
from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim
from applications.claims.services.transitions import lock_claim, perform_transition, set_clocks
from portal.accounts.enums import RegionLevel, Role
from portal.accounts.models import User
from portal.audit.services import record_audit
from portal.core import clock
from portal.core.actor import ActorContext
from portal.notifications.digest import DigestLine
from portal.ownership.selectors import acceptance_problem
from review.decisions.enums import Stage
from review.decisions.selectors.queue import COUNT_LIMIT, WorkQueue
from review.decisions.services.step_messages import enqueue_notice, notify_of_step

NONE, ACCEPT = "none", "accept"
_SLICE = 200
# The stages whose delay a supervisor is told of, by duty and level.
_SUPERVISED: dict[tuple[str, str], tuple[Stage, ...]] = {
    (Role.DISTRICT_SECOND, RegionLevel.DISTRICT): (Stage.ACCEPTANCE, Stage.DISTRICT_FIRST),
    (Role.DECISION_MAKER, RegionLevel.DISTRICT): (Stage.DISTRICT_SECOND, Stage.AUDIT, Stage.PANEL),
    (Role.DECISION_MAKER, RegionLevel.CITY): (
        Stage.ACCEPTANCE,
        Stage.DISTRICT_SECOND,
        Stage.CITY,
        Stage.AUDIT,
        Stage.PANEL,
    ),
}


def watch_deadlines(*, on: date) -> None:
    """Every night: set clocks that have no day, and accept what nobody acted on where that is the rule."""
    start_clocks(on=on)
    accept_by_silence(on=on)


def start_clocks(*, on: date) -> None:
    """Set the days of claims whose clock runs without one: from before there were clocks, or a calendar.

    Each claim in a transaction of its own; where the calendar still says nothing, nothing is written.
    """
    for pk in _keys(Claim.objects.filter(status__in=RUNNING, whole_due_on=None, submitted_at__isnull=False)):
        with transaction.atomic():
            claim = lock_claim(pk)
            found = clocks_of(claim, claim.events.all(), on=on)
            if found.whole is None or claim.whole_due_on is not None:
                continue
            set_clocks(claim, on=on)
            record_audit(
                ActorContext(None, clock.now()),
                action="claim.clock",
                target=claim,
                region_code=claim.region_id,
                after={"due_on": claim.whole_due_on},
            )


def accept_by_silence(*, on: date) -> None:
    """Take up what acceptance left past its last day, where the claim's procedure or the site deems it accepted.

    An organisation of which it is not known who acts for it is left to its officers.
    """
    for pk in _keys(Claim.objects.filter(status=ClaimStatus.SUBMITTED, step_due_on__lt=on)):
        with transaction.atomic():
            claim = lock_claim(pk)
            is_late = claim.status == ClaimStatus.SUBMITTED and claim.step_due_on and claim.step_due_on < on
            rule = claim.procedure.silence or settings.SILENCE
            if not is_late or rule != ACCEPT or acceptance_problem(claim.applicant):
                continue
            basis = claim.procedure.basis or settings.WHOLE_BASIS
            why = f"依据{basis}" if basis else "按规定"
            event = perform_transition(
                claim,
                action=Action.DEEM_ACCEPTED,
                act=ActorContext(None, clock.now()),
                reason=f"受理期限（{claim.step_due_on}）内没有作出决定，{why}视为受理。",
            )
            notify_of_step(claim, event)
            enqueue_notice(claim, event)


def supervised_lines(user: User, on: date) -> list[DigestLine]:
    """For the daily summary: the late work of the desks that a person supervises, where silence is not let pass."""
    if settings.SILENCE == NONE:
        return []
    desks = [
        WorkQueue(stage, appointment.region)
        for appointment in user.active_appointments
        for stage in _SUPERVISED.get((appointment.role, appointment.region.level), ())
    ]
    late = {work: work.claims(user).filter(step_due_on__lt=on).order_by() for work in desks}
    counts = {work: claims[: COUNT_LIMIT + 1].count() for work, claims in late.items()}
    return [DigestLine(f"督办：{work.label}", count, late=count) for work, count in counts.items() if count]


def _keys(claims: QuerySet[Claim]) -> Iterator[int]:
    """The keys of claims as they are now, read slice by slice: what is done meanwhile is passed over by its reader."""
    last = 0
    while part := list(islice(claims.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True), _SLICE)):
        yield from part
        last = part[-1]
