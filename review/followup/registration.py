"""What the app registers: addresses, menu, the nightly job, a check, the panel of the claim page, and audit words."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date

from portal.access import applicants, officials
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.calendars.sources import CALENDAR_SOURCES, Entry
from portal.core import clock
from portal.core.registry import URL_MODULES
from portal.core.statements import A_DAY, LookupAmong
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from portal.privacy.extension import OWN_DATA
from review.checks.enums import Severity
from review.checks.inputs import Inputs
from review.checks.registry import CHECKS, Check, Found
from review.decisions.panels import CLAIM_PANELS, ClaimPanel, Pane
from review.decisions.selectors.claim_review import ClaimReview
from review.followup.enums import DISPUTES, Act, FollowUpState
from review.followup.message_kinds import FIELDS, KINDS
from review.followup.models import OFFICERS, READERS, CreditRecord, FollowUp, FollowUpEvent, FollowUpFile, Plan
from review.followup.own_data import OWN_STEPS
from review.followup.services.nightly import watch_followups


def watch() -> None:
    """Every night."""
    watch_followups(on=clock.today())


def days_of_followups(user: User, today: date) -> Iterator[Entry]:
    """For one's own calendar: what is asked of one's applicants, by its day. One query."""
    mine = [membership.applicant_id for membership in user.active_memberships]
    asked = FollowUp.objects.exclude(kind__in=DISPUTES).filter(
        claim__applicant__in=mine, state__in=[FollowUpState.ASKED, FollowUpState.RETURNED], due_on__gte=today
    )
    for found in asked.order_by("due_on", "pk")[:200]:
        if found.due_on:
            yield Entry(f"followup-{found.key}", found.due_on, f"{found.get_kind_display()}：{found.title}")


_records = LookupAmong(
    lambda applicants, on: CreditRecord.objects.in_force(on).filter(applicant__in=applicants).order_by("pk"), A_DAY
)


def _credit_records(applicant_ids: Collection[int], on: date) -> dict[int, list[CreditRecord]]:
    found: dict[int, list[CreditRecord]] = defaultdict(list)
    for record in _records(applicant_ids, on):
        found[record.applicant_id].append(record)
    return found


def find_credit_records(inputs: Inputs) -> Iterator[Found]:
    """The applicant's records of credit that count on the day."""
    for record in inputs.of_applicant(_credit_records):
        params = {"reason": record.reason, "until": f"{record.until_on:%Y-%m-%d}"}
        yield Found(str(record.pk), params, source=record.basis)


def _panel(claim_review: ClaimReview) -> dict[str, object]:
    claim, user = claim_review.claim, claim_review.user
    regions = set(user.regions_for(*OFFICERS))
    found = FollowUp.objects.visible_to(user).filter(claim=claim)
    return {"matters": list(found), "may_add": bool(regions & {claim.region_id, claim.city_id})}


CALENDAR_SOURCES.add("followup", days_of_followups)
URL_MODULES.add("followup/", "review.followup.urls")
register_messages(KINDS, FIELDS)
OWN_DATA.add("followup", OWN_STEPS)
register_menu("后续事项", "followup:matters", applicants | officials(*READERS), weight=127)
register_menu("现场检查", "followup:inspections", officials(*READERS), weight=128)
register_menu("后续要求", "followup:plans", officials(Role.POLICY_ADMIN), weight=147)
JOB_KINDS.add("followup.watch", JobKind("提醒后续事项", watch, is_daily=True))
CHECKS.add(
    "credit_record",
    Check(
        title="本系统的信用记录",
        find=find_credit_records,
        words={"": "申报单位有未到期的信用记录：{reason}（至 {until}）。"},
        severity=Severity.QUESTION,
    ),
)
CLAIM_PANELS.add(
    "followup",
    ClaimPanel(title="后续事项和争议", pane=Pane.AFTER, weight=30, template="followup/_panel.html", context=_panel),
)
register_contents(FollowUp, FollowUpEvent, CreditRecord, Plan)
register_contents(FollowUpFile, file_of=lambda kept: (kept.path, kept.sha256))
register_audit(
    "followup",
    "后续管理",
    {act.value: act.label for act in Act}
    | {
        "planned": "添加后续要求",
        "retired": "停用后续要求",
        "drawn": "抽取检查对象",
        "credit_entered": "登记信用记录",
        "credit_repaired": "修复信用记录",
    },
    weight=48,
)
