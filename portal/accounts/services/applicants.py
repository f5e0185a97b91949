"""Register organisations and individuals, change their details, and let codes pass by exception."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import ApplicantKind, OverrideState, RegionLevel, Role, Verification, VerificationAction
from portal.accounts.models import Applicant, Membership, OverrideRequest, Region, User
from portal.accounts.selectors import known_digest, officers_of
from portal.accounts.workflow import OVERRIDES
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.encryption import keyed_hashes
from portal.core.errors import RefusedError
from portal.core.identifiers import (
    IdentifierError,
    normalise_identifier,
    read_resident_id,
    read_uscc,
    same_name,
)
from portal.core.registry import Registry
from portal.notifications.services import notify_users
from portal.ownership.selectors import refuse_disputed
from portal.ownership.workflow import VERIFICATION

# What is paid to, and where it is decided: while claims are open an officer confirms a change.
HELD_FIELDS = ("name", "region_id", "account_name", "bank_name", "cnaps_code", "account_number")
# What takes such changes over: given the locked applicant, the fields, the reason and who acts, whether it did.
CHANGE_HOLDERS: Registry[Callable[[Applicant, Mapping[str, str], str, ActorContext], bool]] = Registry(
    "holder of changes"
)


class RegisteredError(RefusedError):
    """A credit code is registered already, by people whom the page does not name."""


class OverridableError(RefusedError):
    """A credit code fails its check in a way that an officer may let pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantDetails:
    """What may change about an applicant after it is registered; regions by their GB/T 2260 codes."""

    name: str
    region_id: str
    tax_region_id: str | None = None
    address: str = ""
    legal_representative: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    size_class: str = ""
    account_name: str = ""
    bank_name: str = ""
    cnaps_code: str = ""
    account_number: str = ""


def register_organisation(
    *, kind: str, uscc: str, details: ApplicantDetails, act: ActorContext, sources: Mapping[str, str] | None = None
) -> Applicant:
    """Register a body under its credit code; who registers it becomes its owner.

    `sources` are the outside registers that state what the form has, by the labels of its fields, for the record.
    Raises OverridableError where the code fails its check but an officer may let it pass, RefusedError otherwise.
    """
    try:
        code = read_uscc(uscc)
    except IdentifierError as error:
        kind_of_refusal = OverridableError if error.overridable else RefusedError
        raise kind_of_refusal(str(error), field="uscc") from error
    with transaction.atomic():
        owner = lock_private_person(act.user)
        applicant = _create_applicant(kind=kind, uscc=code, resident_id=None, details=details, owner=owner, act=act)
        record_audit(
            act,
            action="accounts.applicant_registered",
            target=applicant,
            region_code=applicant.region_id,
            after={"kind": kind, "uscc": code, **asdict(details), **_stated(sources)},
        )
    return applicant


def _stated(sources: Mapping[str, str] | None) -> dict[str, Any]:
    return {"registers": dict(sources)} if sources else {}


def register_individual(*, resident_id: str, details: ApplicantDetails, act: ActorContext) -> Applicant:
    """Register oneself as an applicant under one's resident ID; one person registers one individual."""
    try:
        number = read_resident_id(resident_id, today=timezone.localdate(act.at))
    except IdentifierError as error:
        raise RefusedError(str(error), field="resident_id") from error
    with transaction.atomic():
        owner = lock_private_person(act.user)
        if owner.memberships.filter(applicant__kind=ApplicantKind.INDIVIDUAL).exists():
            raise RefusedError("您已登记过个人申报人，一个账号只能登记本人一次。")
        applicant = _create_applicant(
            kind=ApplicantKind.INDIVIDUAL, uscc=None, resident_id=number, details=details, owner=owner, act=act
        )
        if not owner.identity_digest:
            owner.identity_digest = known_digest(number)
            owner.save(update_fields=["identity_digest"])
        record_audit(
            act,
            action="accounts.applicant_registered",
            target=applicant,
            region_code=applicant.region_id,
            after={
                "kind": ApplicantKind.INDIVIDUAL,
                "resident_id": applicant.masked_identifier,
                **asdict(details),
            },
        )
    return applicant


def update_applicant(
    applicant: Applicant,
    *,
    details: ApplicantDetails,
    act: ActorContext,
    reason: str = "",
    sources: Mapping[str, str] | None = None,
) -> bool:
    """Change an applicant's details; only its owner may. What does not change leaves no record.

    `sources` as `register_organisation` takes them. Returns whether the change of name, region or account waits for an
    officer, who reads `reason`.
    """
    with transaction.atomic():
        locked = lock_owned_applicant(applicant, act=act)
        _check_regions(details)
        wanted = asdict(details)
        changed = {field: value for field, value in wanted.items() if getattr(locked, field) != value}
        held = {field: value for field, value in changed.items() if field in HELD_FIELDS}
        if held:
            refuse_disputed(locked.pk)
        waits = bool(held) and any(hold(locked, held, reason, act) for hold in CHANGE_HOLDERS.values())
        written = {field: value for field, value in changed.items() if not (waits and field in held)}
        apply_changes(locked, written, act=act, sources=sources)
        if "name" in changed and not waits and locked.verification != Verification.UNVERIFIED:
            before, after = VERIFICATION.move(locked, VerificationAction.RENAME)
            record_audit(
                act,
                action="ownership.renamed",
                target=locked,
                region_code=locked.region_id,
                before=before,
                after=after,
            )
    return waits


def apply_changes(
    locked: Applicant, changes: Mapping[str, Any], *, act: ActorContext, sources: Mapping[str, str] | None = None
) -> None:
    """Write fields of a locked applicant, in the caller's transaction; what does not change leaves no record."""
    before = {field: getattr(locked, field) for field, value in changes.items() if getattr(locked, field) != value}
    if not before:
        return
    after = {field: changes[field] for field in before}
    for field, value in after.items():
        setattr(locked, field, value)
    locked.save(update_fields=list(after))
    record_audit(
        act,
        action="accounts.applicant_updated",
        target=locked,
        region_code=locked.region_id,
        before=before,
        after=after | _stated(sources),
    )


def request_override(
    *, kind: str, uscc: str, details: ApplicantDetails, reason: str, act: ActorContext
) -> OverrideRequest:
    """Ask the district's acceptance officers to let a code pass that fails its check, and tell them.

    Raises RefusedError where the code is right or cannot be a code at all, is registered, or is asked for already.
    """
    code = normalise_identifier(uscc)
    try:
        read_uscc(code)
    except IdentifierError as error:
        if not error.overridable:
            raise RefusedError(str(error), field="uscc") from error
        problem = str(error)
    else:
        raise RefusedError("该代码校验无误，可以直接登记。", field="uscc")
    if not reason.strip():
        raise RefusedError("请说明为什么该代码是对的，例如“营业执照上即为此代码”。", field="override_reason")
    with transaction.atomic():
        person = lock_private_person(act.user)
        _check_regions(details)
        _refuse_registered(uscc=code, resident_id=None)
        try:
            with transaction.atomic():
                asked = OverrideRequest.objects.create(
                    requested_by=person,
                    region_id=details.region_id,
                    name=details.name,
                    uscc=code,
                    problem=problem[:200],
                    reason=reason.strip(),
                    details={"kind": kind, **asdict(details)},
                    created_at=act.at,
                )
        except IntegrityError as error:
            raise RefusedError("您已就该代码提出过申请，请等待办理结果。", field="uscc") from error
        notify_users(
            officers_of(details.region_id, role=Role.ACCEPTANCE),
            "accounts.override_asked",
            key=f"override:{asked.pk}:asked",
            url=reverse("accounts:override", kwargs={"public_id": asked.public_id}),
            region_code=asked.region_id,
            applicant=asked.name,
            uscc=asked.uscc,
        )
        record_audit(
            act,
            action="accounts.override_requested",
            target=asked,
            region_code=asked.region_id,
            after={"uscc": code, "problem": problem, "reason": asked.reason},
        )
    return asked


def decide_override(asked: OverrideRequest, *, approve: bool, reason: str, act: ActorContext) -> OverrideRequest:
    """Let the code pass and register the body for who asked, or refuse; both with a reason, and tell them.

    Only an acceptance officer of the body's district decides. Raises PermissionDenied for anybody else,
    RefusedError where it is decided already, the reason is missing, or the body cannot be registered any more.
    """
    if not reason.strip():
        raise RefusedError("请写明办理意见，例如“已核对营业执照原件”。", field="reason")
    with transaction.atomic():
        locked = OverrideRequest.objects.select_for_update(of=("self",)).get(pk=asked.pk)
        officer = act.user
        if officer is None or locked.region_id not in officer.regions_for(Role.ACCEPTANCE):
            raise PermissionDenied("只有注册地的受理人员可以办理代码例外。")
        if not locked.is_pending:
            raise RefusedError("该申请已经办理，请刷新页面查看结果。")
        state = OverrideState.APPROVED if approve else OverrideState.REFUSED
        changes = {"decided_by": officer, "decided_at": act.at, "decision_reason": reason.strip()}
        if approve:
            stored: dict[str, Any] = dict(locked.details)
            changes["applicant"] = _create_applicant(
                kind=stored.pop("kind"),
                uscc=locked.uscc,
                resident_id=None,
                details=ApplicantDetails(**stored),
                owner=lock_private_person(locked.requested_by),
                act=act,
                override=(officer, reason.strip()),
            )
        OVERRIDES.move(locked, state, changes=changes)
        notify_users(
            [locked.requested_by],
            f"accounts.override_{state}",
            key=f"override:{locked.pk}:decided",
            url=reverse("accounts:organisation"),
            region_code=locked.region_id,
            applicant=locked.name,
            uscc=locked.uscc,
            reason=locked.decision_reason,
        )
        record_audit(
            act,
            action=f"accounts.override_{locked.state}",
            target=locked,
            region_code=locked.region_id,
            before={"state": OverrideState.PENDING},
            after={"state": locked.state, "reason": locked.decision_reason, "uscc": locked.uscc},
        )
    return locked


def lock_private_person(user: User | None) -> User:
    """The person under a row lock; refuses officials, who never apply. The lock also bars a parallel appointment."""
    if user is None:
        raise PermissionDenied
    person = User.objects.select_for_update().get(pk=user.pk)
    if person.appointments.filter(revoked_at=None).exists():
        raise RefusedError("公职账号不能登记或加入申报单位。请使用个人邮箱另行注册账号。")
    return person


def set_who_submits(applicant: Applicant, *, owner_only: bool, act: ActorContext) -> None:
    """Let members fill in and the owner alone submit, or let everybody submit; only the owner may."""
    with transaction.atomic():
        apply_changes(lock_owned_applicant(applicant, act=act), {"owner_submits": owner_only}, act=act)


def lock_owned_applicant(applicant: Applicant, *, act: ActorContext) -> Applicant:
    """The applicant under a row lock, for a change by its owner. Raises PermissionDenied for anybody else."""
    locked = Applicant.objects.select_for_update(of=("self",)).get(pk=applicant.pk)
    if act.user is None or not locked.memberships.filter(user=act.user, is_owner=True).exists():
        raise PermissionDenied("只有负责人可以办理。")
    return locked


def _create_applicant(
    *,
    kind: str,
    uscc: str | None,
    resident_id: str | None,
    details: ApplicantDetails,
    owner: User,
    act: ActorContext,
    override: tuple[User, str] | None = None,
) -> Applicant:
    if (kind == ApplicantKind.INDIVIDUAL) != (resident_id is not None):
        raise RefusedError("个人以公民身份号码登记，单位以统一社会信用代码登记。", field="kind")
    _check_regions(details)
    if details.account_name and not same_name(details.name, details.account_name):
        raise RefusedError(
            "账户名称须与名称一致，否则无法拨付。确需使用其他户名的，请先留空登记，之后在“修改信息”中写明理由提交确认。",
            field="account_name",
        )
    _refuse_registered(uscc=uscc, resident_id=resident_id)
    officer, why = override or (None, "")
    try:
        with transaction.atomic():
            applicant = Applicant.objects.create(
                kind=kind,
                uscc=uscc,
                resident_id=resident_id,
                identifier_override_by=officer,
                identifier_override_reason=why,
                created_at=act.at,
                **asdict(details),
            )
    except IntegrityError:
        # Somebody else was faster by a moment: say the same as if they had been faster by a day.
        _refuse_registered(uscc=uscc, resident_id=resident_id)
        raise
    Membership.objects.create(user=owner, applicant=applicant, is_owner=True, created_at=act.at)
    return applicant


def _refuse_registered(*, uscc: str | None, resident_id: str | None) -> None:
    """Refuse a number that is registered, telling whom to ask and nothing else about them."""
    if uscc is not None and Applicant.objects.filter(uscc=uscc).exists():
        raise RegisteredError(
            "该统一社会信用代码已经登记，不能重复登记。请联系本单位负责人在“成员”页面邀请您加入；"
            "登记人未经单位授权的，可以提出登记异议。",
            field="uscc",
        )
    if resident_id is not None and Applicant.objects.filter(resident_id_hash__in=keyed_hashes(resident_id)).exists():
        raise RefusedError(
            "该公民身份号码已经登记。如是您本人用其他邮箱登记的，请用原邮箱登录；如非本人登记，请致电注册地主管部门。",
            field="resident_id",
        )


def _check_regions(details: ApplicantDetails) -> None:
    for field in ("region_id", "tax_region_id"):
        code = getattr(details, field)
        if code is not None and not Region.objects.filter(code=code, level=RegionLevel.DISTRICT).exists():
            raise RefusedError("请选择区（县、县级市）。", field=field.removesuffix("_id"))
