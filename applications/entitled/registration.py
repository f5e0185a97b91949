"""What the app registers: addresses, menu, jobs and messages."""

from applications.entitled.message_kinds import FIELDS, KINDS
from applications.entitled.models import READERS, Entitlement
from applications.entitled.services.computing import COMPUTE, announce_coming, compute_call, compute_open_calls
from portal.access import applicants, officials
from portal.accounts.models import Applicant
from portal.core.actor import ActorContext
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.jobs.progress import report_progress
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from portal.privacy.extension import CLOSINGS, Closing


def _compute(*, call_id: int) -> None:
    compute_call(call_id=call_id, progress=report_progress)


def _announce() -> None:
    announce_coming(progress=report_progress)


def _delete(applicant: Applicant, _act: ActorContext) -> None:
    Entitlement.objects.filter(applicant=applicant, claim=None).delete()


URL_MODULES.add("entitled/", "applications.entitled.urls")
register_menu("免申即享", "entitled:list", applicants, weight=65)
register_menu("免申即享", "entitled:calls", officials(*READERS), weight=156)
register_messages(KINDS, FIELDS)
JOB_KINDS.add("entitled.open_calls", JobKind("免申即享：安排测算", compute_open_calls, is_hourly=True))
JOB_KINDS.add(COMPUTE, JobKind("免申即享：测算", _compute))
JOB_KINDS.add("entitled.coming", JobKind("免申即享：预告将开放的通知", _announce, is_daily=True))
CLOSINGS.add("entitled", Closing(release=_delete))
