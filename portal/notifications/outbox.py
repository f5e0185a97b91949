"""What an administrator does with messages that did not go out: try again now, or give up with a reason."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal.accounts.areas import covers_now
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.jobs.services import close_dead_jobs, run_again
from portal.notifications.enums import OutboxAction, OutboxState
from portal.notifications.models import Outgoing
from portal.notifications.selectors import OutboxFilter
from portal.notifications.services import SEND_JOB
from portal.notifications.workflow import OUTBOX

# What one click tries again; the rest waits for its own time or the next click.
MOST_AT_ONCE = 500


def retry_outgoing(row: Outgoing, *, act: ActorContext) -> None:
    """Try a failed message again now. Raises RefusedError where it is not failed, PermissionDenied outside the area."""
    with transaction.atomic():
        locked = _locked(row, act)
        _retry(locked, act=act)
        _record(locked, "retried", act)


def retry_failed(narrowed: OutboxFilter, *, act: ActorContext) -> int:
    """Try the failed messages again that an administrator sees through a filter; returns how many."""
    if act.user is None:
        raise PermissionDenied
    with transaction.atomic():
        failed = narrowed.apply(Outgoing.objects.visible_to(act.user)).filter(state=OutboxState.FAILED)
        rows = list(failed.select_for_update(of=("self",)).order_by("pk")[:MOST_AT_ONCE])
        for row in rows:
            _retry(row, act=act)
        if rows:
            record_audit(act, action="notifications.retried_all", target=rows[0], after={"count": len(rows)})
    return len(rows)


def give_up(row: Outgoing, *, reason: str, act: ActorContext) -> None:
    """Send a message no more, with the reason. Raises RefusedError without one, and where it has gone out."""
    with transaction.atomic():
        locked = _locked(row, act)
        OUTBOX.check(locked, OutboxAction.GIVE_UP, reason=reason)
        changes = {"given_up_by": act.user, "reason": reason.strip()}
        OUTBOX.move(locked, OutboxAction.GIVE_UP, changes=changes)
        close_dead_jobs(SEND_JOB, {"email_id": locked.pk}, act=act)
        _record(locked, "given_up", act)


def _retry(locked: Outgoing, *, act: ActorContext) -> None:
    OUTBOX.move(locked, OutboxAction.RETRY)
    run_again(SEND_JOB, str(locked.pk), act=act)


def _locked(row: Outgoing, act: ActorContext) -> Outgoing:
    if not covers_now(act.user, row.region_code, Role.SYSTEM_ADMIN):
        raise PermissionDenied("只有所在地区的系统管理员可以办理。")
    locked = Outgoing.objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if locked is None:
        raise RefusedError("这条消息已随账号注销删除。")
    return locked


def _record(row: Outgoing, deed: str, act: ActorContext) -> None:
    user: User | None = row.message.user if row.message else None
    record_audit(
        act,
        action=f"notifications.{deed}",
        target=row,
        region_code=row.region_code,
        after={"channel": row.channel, "user": user and user.pk, "reason": row.reason},
    )
