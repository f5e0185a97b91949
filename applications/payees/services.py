"""Freeze who is paid with the submission; take, confirm, refuse and withdraw requests to change it."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from applications.claims.enums import UNDER_REVIEW, ClaimStatus
from applications.claims.models import Claim
from applications.payees.enums import RequestState
from applications.payees.models import PAYEE_FIELDS, Payee, PayeeRequest
from applications.payees.selectors import LABELS, is_other_name_confirmed, payee_of, payees_of, pending_request
from applications.payees.workflow import REQUESTS
from portal.accounts.enums import Role
from portal.accounts.models import Applicant
from portal.accounts.persons import same_person
from portal.accounts.selectors import officers_of
from portal.accounts.services.applicants import apply_changes
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.identifiers import same_name
from portal.notifications.services import notify_applicant, notify_users
from portal.ownership.selectors import refuse_disputed
from portal.recusal.permissions import refuse_recused

# Claims on which money may still be paid: a change of the payee concerns them.
OPEN = UNDER_REVIEW | {ClaimStatus.APPROVED}


def freeze_payee(claim: Claim, *, act: ActorContext, request: PayeeRequest | None = None) -> Payee:
    """Keep the applicant's name and account with a locked claim; what has not changed is not kept twice."""
    values = {name: getattr(claim.applicant, name) for name in PAYEE_FIELDS}
    standing = payee_of(claim)
    if standing is not None and standing.fields == values:
        return standing
    return Payee.objects.create(claim=claim, request=request, at=act.at, **values)


def hold_change(applicant: Applicant, wanted: Mapping[str, str], reason: str, act: ActorContext) -> bool:
    """Take a change of a locked applicant's name, region or account over as a request, where an officer must confirm.

    That is so while claims are open, and for an account of another name. Returns whether it was taken over. Raises
    RefusedError where the reason is missing or another request waits.
    """
    name, account_name = (wanted.get(field, getattr(applicant, field)) for field in ("name", "account_name"))
    is_other = bool(account_name) and not same_name(name, account_name)
    is_other = is_other and not is_other_name_confirmed(name, account_name)
    if not is_other and not Claim.objects.filter(applicant=applicant, status__in=OPEN).exists():
        return False
    if not reason.strip():
        why = (
            f"户名“{account_name}”与“{name}”不一致"
            if is_other
            else f"有申报正在办理，修改{'、'.join(LABELS[field] for field in wanted)}须经受理或财务人员确认"
        )
        raise RefusedError(f"{why}。请改正，或在“变更理由”中写明原因后提交确认。", field="change_reason")
    # Whoever confirms another name confirms the pair, whichever half of it changed.
    pair = {"name": name, "account_name": account_name} if is_other else {}
    _ask(applicant, pair | dict(wanted), reason=reason.strip(), act=act)
    return True


def ask_for_present_accounts(claims: Sequence[Claim], *, act: ActorContext) -> None:
    """After returned payments: ask that a claim be paid to the account its applicant has now, where it is another.

    Nothing is asked where a request waits. The same queries for any number of claims whose account is the same.
    """
    payees = payees_of([claim.pk for claim in claims])
    applicants = Applicant.objects.select_related("region").in_bulk({claim.applicant_id for claim in claims})
    waiting = PayeeRequest.objects.filter(applicant_id__in=applicants, state=RequestState.PENDING)
    pending = set(waiting.values_list("applicant_id", flat=True))
    for claim in claims:
        payee, applicant = payees.get(claim.pk), applicants[claim.applicant_id]
        if payee is None or applicant.pk in pending:
            continue
        held = {name: getattr(applicant, name) for name in PAYEE_FIELDS}
        if now := {name: value for name, value in held.items() if value != payee.fields[name]}:
            pending.add(applicant.pk)
            _ask(applicant, now, reason=f"{claim.number} 退票，改按现登记的账户拨付", act=act, before=payee.fields)


def _ask(
    applicant: Applicant,
    wanted: Mapping[str, str],
    *,
    reason: str,
    act: ActorContext,
    before: Mapping[str, str] | None = None,
) -> PayeeRequest:
    if act.user is None:
        raise PermissionDenied
    if pending_request(applicant.pk):
        raise RefusedError("已有一项变更申请待确认。请等待办理，或先撤回原申请。", field="change_reason")
    asked = PayeeRequest.objects.create(
        applicant=applicant,
        region_code=applicant.region_id,
        before={name: (before or {}).get(name, getattr(applicant, name)) for name in wanted},
        after=dict(wanted),
        reason=reason,
        requested_by=act.user,
        requested_at=act.at,
    )
    labels = "、".join(LABELS[name] for name in wanted)
    url = reverse("payees:request", args=[asked.key])
    key, region = f"payee:{asked.pk}:asked", asked.region_code
    said = {"by": act.actor_name, "applicant": applicant.name, "labels": labels, "reason": asked.reason}
    notify_applicant(applicant.pk, "payees.asked", key=key, url=url, region_code=region, **said)
    city = applicant.region.parent_id or ""
    officers = [
        *officers_of(applicant.region_id, role=Role.ACCEPTANCE),
        *officers_of(applicant.region_id, role=Role.FINANCE),
        *officers_of(city, role=Role.FINANCE),
    ]
    notify_users(officers, "payees.waiting", key=key, url=url, region_code=region, **said)
    record_audit(
        act,
        action="payees.asked",
        target=asked,
        region_code=asked.region_code,
        before=asked.before,
        after={**asked.after, "reason": asked.reason},
    )
    return asked


def decide_request(asked: PayeeRequest, *, confirm: bool, reason: str, act: ActorContext) -> PayeeRequest:
    """Confirm a change, which then holds for the applicant and its open claims, or refuse it; members are notified.

    Raises RefusedError without a reason or where it is decided already, PermissionDenied for who may not decide.
    """
    if not reason.strip():
        raise RefusedError("请写明办理意见，例如“已核对开户许可证”。", field="reason")
    with transaction.atomic():
        locked = _locked(asked)
        if act.user is None or not PayeeRequest.objects.decidable_by(act.user).filter(pk=locked.pk).exists():
            raise PermissionDenied("只有所在地区的受理或财务人员可以办理。")
        refuse_recused(act.user, locked.applicant_id)
        if confirm and same_person(act.user, locked.requested_by_id):
            raise RefusedError("该变更由您提出，须由另一名受理或财务人员确认。")
        _end(locked, RequestState.CONFIRMED if confirm else RequestState.REFUSED, reason=reason.strip(), act=act)
        if confirm:
            applicant = Applicant.objects.select_for_update(of=("self",)).get(pk=locked.applicant_id)
            refuse_disputed(applicant.pk)
            apply_changes(applicant, locked.after, act=act)
            _freeze_open_claims(applicant, act=act, request=locked)
    return locked


def follow_transfer(applicant: Applicant, act: ActorContext) -> None:
    """Once an organisation is handed over: no open claim is paid to the account of those who held it before.

    Nor does a change that they asked for take effect. The new owner's account is confirmed by an officer, as every one.
    """
    if asked := pending_request(applicant.pk):
        _end(_locked(asked), RequestState.WITHDRAWN, reason="单位已移交", act=act)
    _freeze_open_claims(applicant, act=act, request=None)


def _freeze_open_claims(applicant: Applicant, *, act: ActorContext, request: PayeeRequest | None) -> None:
    claims = Claim.objects.select_for_update(of=("self",)).filter(applicant=applicant, status__in=OPEN)
    for claim in claims.order_by("pk"):
        claim.applicant = applicant
        freeze_payee(claim, act=act, request=request)


def withdraw_request(asked: PayeeRequest, *, act: ActorContext) -> PayeeRequest:
    """Take a request back; every member of the applicant may. Raises RefusedError where it is decided already."""
    with transaction.atomic():
        locked = _locked(asked)
        if act.user is None or not locked.applicant.memberships.filter(user=act.user).exists():
            raise PermissionDenied("只有本单位成员可以撤回。")
        _end(locked, RequestState.WITHDRAWN, reason="", act=act)
    return locked


def _locked(asked: PayeeRequest) -> PayeeRequest:
    return PayeeRequest.objects.select_for_update(of=("self",)).select_related("applicant__region").get(pk=asked.pk)


def _end(locked: PayeeRequest, state: RequestState, *, reason: str, act: ActorContext) -> None:
    decided = {"decided_by": act.user, "decided_at": act.at, "decision_reason": reason}
    REQUESTS.move(locked, state, changes=decided)
    notify_applicant(
        locked.applicant_id,
        "payees.ended",
        key=f"payee:{locked.pk}:{state}",
        url=reverse("payees:request", args=[locked.key]),
        region_code=locked.region_code,
        outcome=state.label,
        applicant=locked.applicant.name,
        reason=reason,
    )
    record_audit(
        act,
        action=f"payees.{state}",
        target=locked,
        region_code=locked.region_code,
        before={"state": RequestState.PENDING},
        after={"state": state, "reason": reason},
    )
