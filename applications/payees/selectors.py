"""Read who is paid on a claim, what changed under way, and the requests that wait."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from django.db.models import FilteredRelation, Q, QuerySet

from applications.claims.models import Claim
from applications.payees.enums import RequestState
from applications.payees.models import PAYEE_FIELDS, Payee, PayeeRequest
from portal.accounts.models import Applicant, Region, User
from portal.core.identifiers import IdentifierError, read_cnaps, same_name
from portal.core.statements import A_KEY, Lookup

LABELS = {str(field.attname): str(field.verbose_name) for field in Applicant._meta.concrete_fields}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: its label, both values, when, and who confirmed it."""

    label: str
    before: str
    after: str
    at: datetime
    officer: str = ""

    @property
    def is_number(self) -> bool:
        """Whether pages show its values by their end only."""
        return self.label == LABELS["account_number"]


_newest = Lookup(
    lambda claim_id: Payee.objects.filter(claim_id=claim_id).select_related("request").order_by("-pk")[:1], A_KEY
)


def payee_of(claim: Claim) -> Payee | None:
    """Who is paid on a claim: as frozen with the submission, or as confirmed later; None for a draft."""
    return _newest.first(claim.pk)


def payees_of(claim_ids: list[int]) -> dict[int, Payee]:
    """Who is paid on each of several claims, in one query."""
    return {payee.claim_id: payee for payee in Payee.objects.filter(claim_id__in=claim_ids).order_by("pk")}


@dataclass(frozen=True, slots=True)
class PayeeHistory:
    """Who is paid on a claim, what of it changed since the claim was submitted, and the change that waits now."""

    payee: Payee | None = None
    changes: list[Change] = field(default_factory=list)
    waiting: PayeeRequest | None = None


def _with_history(claim_id: int) -> QuerySet[Payee]:
    pending = Q(claim__applicant__payee_requests__state=RequestState.PENDING)
    return (
        Payee.objects.filter(claim_id=claim_id)
        .annotate(waiting=FilteredRelation("claim__applicant__payee_requests", condition=pending))
        .select_related("request__decided_by", "waiting")  # type: ignore[misc]
        .order_by("pk")
    )


_history = Lookup(_with_history, A_KEY)


def payee_history(claim: Claim) -> PayeeHistory:
    """All that is known of a submitted claim's payee, in one query; nothing for a draft, which has none yet."""
    rows = _history.of(claim, "claim")
    return PayeeHistory(rows[-1], _changes(rows), getattr(rows[-1], "waiting", None)) if rows else PayeeHistory()


def _changes(rows: Sequence[Payee]) -> list[Change]:
    return [
        Change(
            LABELS[name],
            getattr(earlier, name),
            getattr(later, name),
            later.at,
            later.request.decided_by.name if later.request and later.request.decided_by else "",
        )
        for earlier, later in pairwise(rows)
        for name in PAYEE_FIELDS
        if getattr(earlier, name) != getattr(later, name)
    ]


def pending_request(applicant_id: int) -> PayeeRequest | None:
    """The request of an applicant that waits for an officer, if any."""
    return PayeeRequest.objects.filter(applicant_id=applicant_id, state=RequestState.PENDING).first()


def changes_of(asked: PayeeRequest) -> list[Change]:
    """What a request wants changed, in words."""
    codes = {values.get("region_id") for values in (asked.before, asked.after)}
    regions = {region.pk: region.full_name for region in Region.objects.filter(pk__in=codes).select_related("parent")}
    return [
        Change(
            LABELS[name],
            regions.get(asked.before[name], asked.before[name]),
            regions.get(after, after),
            asked.requested_at,
        )
        for name, after in asked.after.items()
        if asked.before[name] != after
    ]


def is_other_name_confirmed(name: str, account_name: str) -> bool:
    """Whether an officer confirmed that this body is paid to an account of this other name."""
    return (name, account_name) in _other_names(PayeeRequest.objects.filter(applicant__name=name))


def other_names_of(applicant_ids: Collection[int]) -> frozenset[tuple[str, str]]:
    """Names of these bodies with the other names of accounts that officers confirmed for them."""
    return _other_names(PayeeRequest.objects.filter(applicant__in=applicant_ids))


def _other_names(requests: QuerySet[PayeeRequest]) -> frozenset[tuple[str, str]]:
    confirmed = requests.filter(state=RequestState.CONFIRMED).values_list("after", flat=True)
    return frozenset((after.get("name", ""), after.get("account_name", "")) for after in confirmed)


def payee_problem(applicant: Applicant) -> str:
    """Why no claim can be submitted with the applicant's account as it stands; "" where it can."""
    try:
        read_cnaps(applicant.cnaps_code)
    except IdentifierError as error:
        return f"收款账户的联行号有误：{error}" if applicant.cnaps_code else ""
    name, account_name = applicant.name, applicant.account_name
    if account_name and not same_name(name, account_name) and not is_other_name_confirmed(name, account_name):
        return (
            f"收款账户的户名“{account_name}”与{'姓名' if applicant.is_individual else '单位名称'}“{name}”不一致，"
            "无法拨付。请改正户名；确需使用该户名的，请在修改信息时写明理由，由受理或财务人员确认。"
        )
    return ""


def requests_for(user: User, *, pending: bool) -> list[PayeeRequest]:
    """The requests that an officer decides, or the fifty decided last."""
    found = PayeeRequest.objects.decidable_by(user).select_related("applicant", "requested_by", "decided_by")
    if pending:
        return list(found.filter(state=RequestState.PENDING).order_by("pk"))
    return list(found.exclude(state=RequestState.PENDING).order_by("-decided_at")[:50])
