"""The background work of a simulated year, done at once by its own handlers.

Two kinds are not: mails are noted as sent, and of the notices only a sample is printed; the others get their number and
frozen content, and their job waits for a worker.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from portal.core import clock
from portal.jobs.enums import JobAction, JobState
from portal.jobs.kinds import JOB_KINDS
from portal.jobs.leases import lease_end
from portal.jobs.models import Job
from portal.jobs.services import NO_LEASE, run_job
from portal.jobs.workflow import WORKFLOW
from portal.notifications.enums import OutboxState
from portal.notifications.models import Outgoing
from review.notices.compose import NoticeNotDue
from review.notices.enums import NoticeKind
from review.notices.kinds import FORMS
from review.notices.services import issue_notice
from review.payments.models import Disbursement
from review.simulated_year.crew import Count
from review.simulated_year.faults import InjectedError
from review.simulated_year.world import World

MAIL = "notifications.send_email"
PAYMENT_NOTICES = "payments.issue_notices"
_KIND_OF = {form.job: kind for kind, form in FORMS.items()}
# A demand is served, and who is paid must have a decision: these are always printed.
_ALWAYS = frozenset({NoticeKind.DEMAND})
_ROUNDS = 6
_LONGER_THAN_A_YEAR_TAKES = timedelta(days=7)


class Jobs:
    """Does what is waiting; `to_print` is how many notices may still be printed."""

    def __init__(self, world: World, *, to_print: int) -> None:
        self.world, self.to_print = world, to_print

    def run(self, *, final: bool = False) -> None:
        """Do every waiting job, and those that they make; with faults some are lost until the next day.

        Of several processes that do so at once each does its own share.
        """
        world = self.world
        for _ in range(_ROUNDS):
            if world.process == 0:
                self._send_mails()
            waiting = Job.objects.filter(state=JobState.WAITING, run_after__lte=timezone.now()).exclude(kind=MAIL)
            found = waiting.order_by("pk").values_list("pk", "kind", "payload")
            rows = [row for row in found if row[0] % world.processes == world.process]
            if not rows:
                return
            for pk, kind, payload in rows:
                if not final and world.faults.chosen(20):
                    continue
                self._do(pk, kind, payload)

    def leave_rest(self) -> None:
        """Leave the notices that were put off to a worker."""
        now = timezone.now()
        Job.objects.filter(state=JobState.WAITING, run_after__gt=now).update(run_after=now)

    def _send_mails(self) -> None:
        jobs = Job.objects.filter(kind=MAIL, state=JobState.WAITING)
        mails = Outgoing.objects.filter(pk__in=[int(key) for key in jobs.values_list("key", flat=True)])
        mails.filter(sent_at=None).update(state=OutboxState.SENT, sent_at=self.world.moment)
        now, token = timezone.now(), f"year-{self.world.seed}-{self.world.day}"
        WORKFLOW.move_all(jobs, JobAction.LEASE, attempts=1, lease_token=token, lease_until=lease_end(now))
        leased = Job.objects.filter(kind=MAIL, lease_token=token)
        WORKFLOW.move_all(leased, JobAction.FINISH, finished_at=now, **NO_LEASE)

    def _do(self, pk: int, kind: str, payload: dict[str, Any]) -> None:
        notice = _KIND_OF.get(kind)
        if notice is not None and notice not in _ALWAYS and not self._prints():
            self._issue(notice, payload["claim_id"], payload.get("occasion", 0))
            self._put_off(pk)
        elif kind == PAYMENT_NOTICES and not self._prints():
            lines = Disbursement.objects.filter(pk__in=payload["line_ids"]).order_by("pk")
            for line, claim in lines.values_list("pk", "part__award__claim_id"):
                self._issue(NoticeKind.PAYMENT, claim, line)
            self._put_off(pk)
        else:
            self._run(pk, kind, payload)

    def _prints(self) -> bool:
        return self.world.counts.next(Count.PRINTS) < self.to_print

    def _put_off(self, pk: int) -> None:
        """Have the printing wait until the year is over."""
        Job.objects.filter(pk=pk).update(run_after=timezone.now() + _LONGER_THAN_A_YEAR_TAKES)

    def _issue(self, kind: NoticeKind, claim_id: int, occasion: int) -> None:
        def issue() -> None:
            try:
                issue_notice(claim_id, kind=kind, occasion=occasion, act=self.world.act(None))
            except NoticeNotDue:
                if not FORMS[kind].lapses:
                    raise

        self.world.attempt(f"issue {kind}", issue)

    def _run(self, pk: int, kind: str, payload: dict[str, Any]) -> None:
        faults = self.world.faults
        with clock.set_to(self.world.moment):
            if faults.chosen(15):
                self._kill(pk)
            if not run_job(pk):
                self.world.tally.violated("job", f"{kind} {payload}: {Job.objects.get(pk=pk).last_error[-300:]}")
            elif faults.chosen(15):
                # A message that was sent twice, after the first was done, and a handler that is run again all the same.
                run_job(pk)
                JOB_KINDS[kind].handler(**payload)

    def _kill(self, pk: int) -> None:
        """Let a worker die at some statement of the job; its lease runs out."""
        job = Job.objects.get(pk=pk)
        try:
            with self.world.faults.broken_off(self.world.chance("kill", pk).randrange(40)):
                JOB_KINDS[job.kind].handler(**job.payload)
        except InjectedError:
            self.world.faults.recover()
        except Exception as error:  # noqa: BLE001 - the worker is dead either way; the next run shows what is wrong
            if not isinstance(error.__context__, InjectedError):
                self.world.tally.violated("killed job", f"{job.kind}: {error!r}")
        Job.objects.filter(pk=pk, state=JobState.RUNNING).update(lease_until=timezone.now() - timedelta(seconds=1))
