"""Decided claims for the notices' tests, on the real catalogue."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, ClaimEvent
from applications.claims.selectors.context import read_claim
from applications.claims.services.assessment import assess_claim
from policies.published.models import ItemVersion
from portal.accounts.enums import Role
from portal.accounts.models import Applicant, User
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision, LineDecision, PublicityEntry, PublicityList
from review.notices.models import PrintRun
from tests.factories import ClaimFactory, act, binhu, make_official, publish_documents, wuxi
from tests.made_once import made_once


def publish() -> None:
    """Publish the document whose items these tests grant."""
    binhu()
    publish_documents("wx2020")


@made_once
def make_approved(
    *, item: str = "wx2020-01-inv", lines: int = 1, each: str = "5000.00", reason: str = "", **fields: Any
) -> Claim:
    """An approved claim with its final decision, assessment and publicity."""
    version = ItemVersion.objects.filter(item__code=item).order_by("-number").first()
    assert version is not None
    total = Decimal(each) * lines
    claim: Claim = ClaimFactory(
        version=version,
        status=ClaimStatus.APPROVED,
        lines=lines,
        lines__patent_kind="invention",
        approved_amount=total,
        **fields,
    )
    decide(claim, amount=total, each=Decimal(each), reason=reason)
    publicity = PublicityList.objects.create(
        region=claim.city,
        title="公示",
        starts_on=date(2026, 11, 2),
        ends_on=date(2026, 11, 6),
        workdays=5,
        contact="0510-12345",
        created_by=make_official(Role.CITY_OFFICER, claim.city),
    )
    PublicityEntry.objects.create(
        publicity=publicity,
        claim=claim,
        applicant_name=claim.applicant.name,
        district_name=claim.region.name,
        item_title=claim.item.title,
        count=lines,
        amount=total,
    )
    return claim


def decide(claim: Claim, *, amount: Decimal, each: Decimal, reason: str = "") -> Decision:
    """The final decision for a claim, with the same sum for each line."""
    officer = make_official(Role.DECISION_MAKER, claim.city)
    decision = Decision.objects.create(
        claim=claim,
        stage=Stage.FINAL,
        round=1,
        conclusion=Conclusion.SUPPORT,
        officer=officer,
        officer_name=officer.name,
        amount=amount,
        ceiling=amount,
        minutes_number="锡知专资会〔2026〕9号",
        minutes_date=date(2026, 10, 28),
        assessment=assess_claim(read_claim(claim), act=act(officer), stage=Action.DECIDE),
    )
    for line in claim.lines.order_by("position"):
        ceiling = each + 1 if reason else each
        LineDecision.objects.create(decision=decision, line=line, amount=each, ceiling=ceiling, reason=reason)
    return decision


@made_once
def make_refused(
    *, by: Role = Role.CITY_OFFICER, reason: str = "授权日期不在期间内。", applicant: Applicant | None = None
) -> Claim:
    """A claim that an officer of this role refused."""
    version = ItemVersion.objects.filter(item__code="wx2020-01-inv").order_by("-number").first()
    fields = {"applicant": applicant} if applicant else {}
    claim: Claim = ClaimFactory(version=version, status=ClaimStatus.REJECTED, **fields)
    officer = make_official(by, claim.region if by == Role.DISTRICT_SECOND else claim.city)
    ClaimEvent.objects.create(
        claim=claim,
        action=Action.REJECT,
        from_status=ClaimStatus.CITY_REVIEW,
        to_status=ClaimStatus.REJECTED,
        actor=officer,
        actor_name=officer.name,
        role=by,
        reason=reason,
        at=timezone.now(),
    )
    return claim


def make_print_run(officer: User) -> PrintRun:
    """A print run of Wuxi with a slice of nothing that is not made yet."""
    run = PrintRun.objects.create(region=wuxi(), created_by=officer, file_names="{文号}")
    run.slices.create(position=1, district=binhu(), notice_ids=[])
    return run
