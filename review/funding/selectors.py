"""What finance works on: approved and paid claims with award, account and payments."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.accounts.enums import RegionLevel, Role
from portal.accounts.models import Region, User
from portal.core.money import to_yuan
from portal.core.regions import in_trees
from review.decisions.permissions import decided_in
from review.decisions.selectors.queue import matches_text
from review.funding.models import Award, AwardPart, Payment, PaymentKind


def payable_claims(user: User) -> QuerySet[Claim]:
    """Approved and paid claims of which this person's region pays a part, or that the person audits.

    Also those that the region pays whose award is not computed yet. With award, parts and payments.
    """
    regions = user.regions_for(Role.FINANCE)
    parts = AwardPart.objects.filter(award__claim=OuterRef("pk"))
    theirs = Exists(parts.filter(region_id__in=regions)) | (~Exists(parts) & decided_in(regions))
    return (
        Claim.objects.visible_to(user)
        .filter(
            theirs | in_trees("region__code", user.regions_for(Role.AUDITOR)),
            status__in=[ClaimStatus.APPROVED, ClaimStatus.PAID],
        )
        .select_related("applicant", "item", "region", "city", "award")
        .prefetch_related(
            Prefetch("award__parts", AwardPart.objects.select_related("region__parent").order_by("pk")),
            "award__versions",
            Prefetch("award__payments", Payment.objects.select_related("officer").order_by("sequence")),
        )
    )


def filter_payments(
    claims: QuerySet[Claim],
    *,
    returned: bool = False,
    text: str = "",
    region: str = "",
    paid_from: date | None = None,
    paid_to: date | None = None,
) -> QuerySet[Claim]:
    """Narrow the list: `returned` asks for what came back and is to be paid again; text is a name, number or USCC."""
    if returned:
        back = Payment.objects.filter(award__claim=OuterRef("pk")).exclude(kind=PaymentKind.PAID)
        claims = claims.filter(Exists(back), status=ClaimStatus.APPROVED)
    if region:
        claims = claims.filter(region_id=region)
    if text:
        claims = claims.filter(matches_text(text))
    if paid_from or paid_to:
        # One payment lies in the period, not one after its beginning and another before its end.
        payments = Payment.objects.filter(award__claim=OuterRef("pk"))
        payments = payments.filter(on__gte=paid_from) if paid_from else payments
        payments = payments.filter(on__lte=paid_to) if paid_to else payments
        claims = claims.filter(Exists(payments))
    return claims


def standing_parts(award: Award) -> dict[str, int]:
    """What each payer bears of an award now, in fen by its region's code: as its last version says, else as granted.

    Uses what `payable_claims` has prefetched.
    """
    version = next(reversed(award.versions.all()), None)
    return dict(version.parts) if version else {part.region_id: part.fen for part in award.parts.all()}


def standing_shares(claim: Claim) -> tuple[Decimal | None, Decimal | None]:
    """What the city and what the district bear of a claim's award now, in yuan; None for who bears nothing."""
    parts = standing_parts(claim.award)
    city, district = (parts.get(code) for code in (claim.city_id, claim.region_id))
    if claim.city_id == claim.region_id:
        district = None
    return to_yuan(city) if city else None, to_yuan(district) if district else None


def standing_payments(award: Award) -> list[Payment]:
    """The payments of an award that arrived and neither came back nor were reversed, in their order.

    Uses what `payable_claims` has prefetched.
    """
    standing: list[Payment] = []
    for payment in award.payments.all():
        if payment.kind == PaymentKind.PAID:
            standing.append(payment)
            continue
        undone = (each for each in reversed(standing) if _target(each) == _target(payment))
        if (found := next(undone, None)) is not None:
            standing.remove(found)
    return standing


def _target(payment: Payment) -> tuple[int | None, Decimal]:
    return payment.part_id, payment.amount


def district_choices(user: User) -> list[tuple[str, str]]:
    """The districts whose applicants this person pays or audits: of a city all, of a district itself."""
    regions = user.regions_for(Role.FINANCE, Role.AUDITOR)
    return list(
        Region.objects.filter(Q(parent_id__in=regions) | Q(pk__in=regions, level=RegionLevel.DISTRICT))
        .order_by("code")
        .values_list("code", "name")
    )


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A claim with its award, as far as it is computed, and the last thing that happened to its money.

    `city` and `district` are what each bears of it now, in yuan.
    """

    claim: Claim
    award: Award | None
    last: Payment | None
    label: str
    tone: str
    city: Decimal | None = None
    district: Decimal | None = None


def payment_row(claim: Claim, *, is_open: bool = True) -> PaymentRow:
    """How the claim's money stands, in words, for payers of whose parts something `is_open`, or nothing any more."""
    award: Award | None = getattr(claim, "award", None)
    if award is None:
        return PaymentRow(claim, None, None, "分担计算中", "info")
    last = next(reversed(award.payments.all()), None)
    if claim.status == ClaimStatus.PAID:
        label, tone = "已拨付", "ok"
    elif not is_open:
        label, tone = "本级已拨付", "ok"
    elif last is None:
        label, tone = "待拨付", "warn"
    elif last.kind == PaymentKind.PAID:
        label, tone = "部分拨付", "info"
    else:
        label, tone = "退回待重付", "bad"
    return PaymentRow(claim, award, last, label, tone, *standing_shares(claim))
