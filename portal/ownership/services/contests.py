"""Contest who an organisation belongs to: filed with papers, answered by the holder, decided by two officers."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role, VerificationAction
from portal.accounts.models import Applicant, Membership, User
from portal.accounts.persons import same_person
from portal.accounts.selectors import officers_of, owner_of
from portal.accounts.services.applicants import apply_changes, lock_private_person
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.registry import Registry
from portal.notifications.services import notify_applicant, notify_users
from portal.ownership.enums import (
    CHECKERS,
    CONFIRMERS,
    CheckOutcome,
    ContestAction,
    ContestResult,
    ContestState,
    PaperKind,
)
from portal.ownership.models import Contest, OrganisationCheck
from portal.ownership.selectors import is_disputed, registered
from portal.ownership.services.papers import Files, check_officer, check_papers, keep_papers, move_verification
from portal.ownership.workflow import CONTESTS
from portal.workdays.selectors import add_workdays

# What else becomes of an organisation that is handed over, given it locked and who acts: its payees, say.
AFTER_TRANSFER: Registry[Callable[[Applicant, ActorContext], None]] = Registry("follower of a transfer")
_ACCOUNT = ("account_name", "bank_name", "cnaps_code", "account_number")


def file_contest(*, uscc: str, reason: str, files: Files, act: ActorContext) -> Contest:
    """Contest the registration of a credit code, with a licence and a letter of authority; both sides are notified.

    Until it is decided the organisation's members, account and payments are frozen. Raises RefusedError where the code
    is not registered, the person is a member, a paper is missing, or another contest is open.
    """
    if not reason.strip():
        raise RefusedError("请说明理由，例如“现登记人不是本单位员工”。", field="reason")
    for kind in PaperKind:
        if kind not in files:
            raise RefusedError(f"请上传{kind.label}。", field=kind)
    checked = check_papers(files)
    found = registered(uscc)
    if found is None:
        raise RefusedError("该统一社会信用代码尚未登记，您可以直接登记。", field="uscc")
    with transaction.atomic():
        applicant = Applicant.objects.select_for_update(of=("self",)).get(pk=found.pk)
        person = lock_private_person(act.user)
        if applicant.memberships.filter(user__in=person.account_ids).exists():
            raise RefusedError("您已是该单位成员，不能对本单位提出异议。", field="uscc")
        contest = _create(applicant, person, reason=reason.strip(), act=act)
        keep_papers(applicant, files=files, media_types=checked, act=act, contest=contest)
        _notify_filed(contest, person)
        _record(contest, "filed", act=act, after={"reason": contest.reason, "holder": contest.holder_id})
    return contest


def _notify_filed(contest: Contest, person: User) -> None:
    """Tell the holder, the other members, who contested, and the officers of the district."""
    applicant, url = contest.applicant, _url(contest)
    place = {"key": f"contest:{contest.pk}:filed", "region_code": contest.region_code}
    said, due = {"applicant": applicant.name, "uscc": str(applicant.uscc)}, f"{contest.answer_due:%Y-%m-%d}"
    holder = [contest.holder] if contest.holder else []
    notify_users(holder, "ownership.contest_to_answer", **place, url=url, due=due, **said)
    others = [m.user for m in applicant.memberships.select_related("user") if m.user_id != contest.holder_id]
    notify_users(others, "ownership.contest_filed", **place, **said)
    notify_users([person], "ownership.contest_received", **place, url=url, uscc=str(applicant.uscc), due=due)
    officers = officers_of(applicant.region_id, role=Role.ACCEPTANCE)
    notify_users(officers, "ownership.contest_waiting", **place, url=url, **said)


def _create(applicant: Applicant, person: User, *, reason: str, act: ActorContext) -> Contest:
    if is_disputed(applicant.pk):
        raise RefusedError("该单位已有登记异议正在处理，请待其办结后再提出。", field="uscc")
    tomorrow = timezone.localdate(act.at) + timedelta(days=1)
    try:
        with transaction.atomic():
            return Contest.objects.create(
                applicant=applicant,
                region_code=applicant.region_id,
                filed_by=person,
                filed_at=act.at,
                reason=reason,
                holder=owner_of(applicant),
                answer_due=add_workdays(tomorrow, days=settings.CONTEST_ANSWER_WORKDAYS),
            )
    except IntegrityError as error:
        raise RefusedError("该单位已有登记异议正在处理，请待其办结后再提出。", field="uscc") from error


def answer_contest(contest: Contest, *, text: str, files: Files, act: ActorContext) -> Contest:
    """Answer as the holder, with papers if there are any; again until an officer proposes a result."""
    checked = check_papers(files)
    with transaction.atomic():
        locked = _lock(contest)
        if act.user is None or act.user.pk != locked.holder_id:
            raise PermissionDenied("只有现负责人可以答复。")
        CONTESTS.check(locked, ContestAction.ANSWER, reason=text)
        keep_papers(locked.applicant, files=files, media_types=checked, act=act, contest=locked)
        CONTESTS.move(locked, ContestAction.ANSWER, changes={"answer": text.strip(), "answered_at": act.at})
        notify_users(
            officers_of(locked.region_code, role=Role.ACCEPTANCE),
            "ownership.contest_answered",
            key=f"contest:{locked.pk}:answered:{act.at.isoformat()}",
            url=_url(locked),
            region_code=locked.region_code,
            applicant=locked.applicant.name,
        )
        _record(locked, "answered", act=act, after={"answer": locked.answer})
    return locked


def withdraw_contest(contest: Contest, *, act: ActorContext) -> Contest:
    """Take one's own contest back before a result is proposed."""
    with transaction.atomic():
        locked = _lock(contest)
        if act.user is None or act.user.pk != locked.filed_by_id:
            raise PermissionDenied("只有异议人可以撤回。")
        CONTESTS.move(locked, ContestAction.WITHDRAW, changes={"ended_at": act.at})
        _notify_end(locked)
        _record(locked, "contest_withdrawn", act=act, after={"state": locked.state})
    return locked


def propose_result(contest: Contest, *, result: str, opinion: str, act: ActorContext) -> Contest:
    """Propose how a contest ends, as an acceptance officer; another officer confirms.

    Raises RefusedError before the holder answered or the days for it are over, and where this officer is a side.
    """
    with transaction.atomic():
        locked = _lock(contest)
        officer = _officer(locked, CHECKERS, act=act)
        CONTESTS.check(locked, ContestAction.PROPOSE, reason=opinion)
        if locked.state == ContestState.FILED and timezone.localdate(act.at) <= locked.answer_due and locked.holder:
            raise RefusedError(f"现负责人尚未答复，{locked.answer_due:%Y-%m-%d} 期满后才能提出处理意见。")
        changes = {"result": ContestResult(result), "opinion": opinion.strip(), "proposed_by": officer}
        CONTESTS.move(locked, ContestAction.PROPOSE, changes=changes)
        notify_users(
            [one for one in _confirmers(locked) if not same_person(officer, one.pk)],
            "ownership.contest_proposed",
            key=f"contest:{locked.pk}:proposed:{act.at.isoformat()}",
            url=_url(locked),
            region_code=locked.region_code,
            applicant=locked.applicant.name,
            by=act.actor_name,
            outcome=locked.get_result_display(),
        )
        _record(locked, "proposed", act=act, after={"result": locked.result, "reason": locked.opinion})
    return locked


def return_proposal(contest: Contest, *, reason: str, act: ActorContext) -> Contest:
    """Send a proposal back to be made anew, with the reason."""
    with transaction.atomic():
        locked = _lock(contest)
        _officer(locked, CONFIRMERS, act=act)
        CONTESTS.check(locked, ContestAction.RETURN, reason=reason)
        proposer = locked.proposed_by
        cleared = {"result": "", "opinion": "", "proposed_by": None}
        CONTESTS.move(locked, ContestAction.RETURN, changes=cleared)
        notify_users(
            [proposer] if proposer else [],
            "ownership.contest_returned",
            key=f"contest:{locked.pk}:returned:{act.at.isoformat()}",
            url=_url(locked),
            region_code=locked.region_code,
            applicant=locked.applicant.name,
            reason=reason.strip(),
        )
        _record(locked, "returned", act=act, after={"reason": reason.strip()})
    return locked


def confirm_result(contest: Contest, *, act: ActorContext) -> Contest:
    """Confirm, as another officer, what was proposed; it takes effect at once.

    A transfer ends every membership, empties the account, and makes who contested the owner of a verified
    organisation; sharing adds them as a member. Raises RefusedError for who proposed it or is a side of it.
    """
    with transaction.atomic():
        locked = _lock(contest)
        officer = _officer(locked, CONFIRMERS, act=act)
        if same_person(officer, locked.proposed_by_id):
            raise RefusedError("处理意见由您提出，须由另一名人员复核。")
        result = ContestResult(locked.result) if locked.result else ContestResult.REFUSED
        changes = {"decided_by": officer, "ended_at": act.at}
        CONTESTS.move(locked, ContestAction.CONFIRM, target=ContestState(result), changes=changes)
        parted = [m.user for m in locked.applicant.memberships.select_related("user")]
        if result != ContestResult.REFUSED:
            _let_in(locked, is_owner=result == ContestResult.TRANSFERRED, act=act)
        _notify_end(locked, parted)
        _record(locked, "decided", act=act, after={"result": result, "reason": locked.opinion})
    return locked


def _let_in(contest: Contest, *, is_owner: bool, act: ActorContext) -> None:
    applicant, person = contest.applicant, lock_private_person(contest.filed_by)
    if is_owner:
        applicant.invitations.filter(accepted_at=None, cancelled_at=None).update(cancelled_at=act.at)
        applicant.memberships.all().delete()
        apply_changes(applicant, dict.fromkeys(_ACCOUNT, ""), act=act)
    Membership.objects.create(user=person, applicant=applicant, is_owner=is_owner, created_at=act.at)
    if not is_owner:
        return
    for follow in AFTER_TRANSFER.values():
        follow(applicant, act)
    check = OrganisationCheck.objects.create(
        applicant=applicant,
        outcome=CheckOutcome.CONFIRMED,
        name=applicant.name,
        legal_representative=applicant.legal_representative,
        reason=contest.opinion,
        source="登记异议处理",
        by=act.user,
        at=act.at,
    )
    move_verification(applicant, VerificationAction.VOUCH, check=check, act=act)


def _officer(contest: Contest, roles: tuple[Role, ...], *, act: ActorContext) -> User:
    """The officer who acts. Raises PermissionDenied without the duty here, RefusedError for a side of the contest."""
    officer = check_officer(contest.applicant, act=act, roles=roles)
    if any(same_person(officer, side) for side in (contest.filed_by_id, contest.holder_id)):
        raise RefusedError("您是本异议的当事人，应当回避，请由其他人员办理。")
    return officer


def _confirmers(contest: Contest) -> list[User]:
    region = contest.applicant.region
    district = [one for role in (Role.ACCEPTANCE, Role.DISTRICT_SECOND) for one in officers_of(region.pk, role=role)]
    return [*district, *officers_of(region.parent_id or "", role=Role.CITY_OFFICER)]


def _notify_end(contest: Contest, parted: list[User] | None = None) -> None:
    kind = "ownership.contest_ended"
    said = {
        "key": f"contest:{contest.pk}:ended",
        "region_code": contest.region_code,
        "applicant": contest.applicant.name,
        "outcome": contest.get_state_display(),
        "reason": contest.opinion,
    }
    sides = [side for side in (contest.filed_by, contest.holder) if side is not None]
    notify_users(sides, kind, url=_url(contest), **said)
    # Who is no side sees no contest: no link.
    notify_users(parted or [], kind, **said)
    notify_applicant(contest.applicant_id, kind, **said)


def _record(contest: Contest, action: str, *, act: ActorContext, after: dict[str, object]) -> None:
    record_audit(act, action=f"ownership.{action}", target=contest, region_code=contest.region_code, after=after)


def _url(contest: Contest) -> str:
    return reverse("ownership:contest", args=[contest.key])


def _lock(contest: Contest) -> Contest:
    """The contest with its organisation, both under row locks: the organisation first, as everywhere."""
    applicant = Applicant.objects.select_for_update(of=("self",)).select_related("region").get(pk=contest.applicant_id)
    related = ("filed_by", "holder", "proposed_by")
    locked = Contest.objects.select_for_update(of=("self",)).select_related(*related).get(pk=contest.pk)
    locked.applicant = applicant
    return locked
