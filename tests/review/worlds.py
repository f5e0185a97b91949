"""A submitted claim over the published catalogue, and the officials who take it through the procedure."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from applications.claims.models import Claim
from applications.claims.services.submission import submit_claim
from applications.claims.services.transitions import lock_claim
from policies.engine import catalogue_of, load_catalogue
from policies.published.models import SupportItem
from policies.published.services import publish_catalogue
from portal.accounts.enums import Role
from portal.accounts.models import Applicant, Region, User
from portal.core.actor import ActorContext
from review.checks.enums import Severity, Verdict
from review.checks.services.answers import answer_finding
from review.checks.services.examine import examine
from review.decisions.models import PublicityList
from review.decisions.services.decisions import Minutes, accept_claim, confirm_district_review, support_claim
from review.decisions.services.locking import ExpectedState
from review.decisions.services.publicity import PublicityPlan, approve_list, publish_claims
from tests.applications.worlds import patent_facts, ready_claim
from tests.factories import act, binhu, make_official, open_claimable, wuxi
from tests.factories import publish_items as publish_codes
from tests.made_once import made_once

MINUTES = Minutes("锡知纪〔2026〕3号", date(2026, 6, 1))


@dataclass
class Office:
    """One official for each duty, of Binhu and Wuxi; `hearer` decides objections."""

    acceptance: User = field(default_factory=lambda: make_official(Role.ACCEPTANCE, binhu()))
    first: User = field(default_factory=lambda: make_official(Role.DISTRICT_FIRST, binhu()))
    second: User = field(default_factory=lambda: make_official(Role.DISTRICT_SECOND, binhu()))
    city: User = field(default_factory=lambda: make_official(Role.CITY_OFFICER, wuxi()))
    hearer: User = field(default_factory=lambda: make_official(Role.CITY_OFFICER, wuxi()))
    decider: User = field(default_factory=lambda: make_official(Role.DECISION_MAKER, wuxi()))
    finance: User = field(default_factory=lambda: make_official(Role.FINANCE, wuxi()))


@made_once
def open_office() -> Office:
    return Office()


def fresh(user: User) -> User:
    """The same person as the next request reads them."""
    return User.objects.get(pk=user.pk)


def again(claim: Claim) -> Claim:
    """The claim as it stands now."""
    return Claim.objects.select_related("applicant", "item", "version", "region", "city").get(pk=claim.pk)


def expected(claim: Claim) -> ExpectedState:
    """The state that a page opened now would show."""
    claim = again(claim)
    return ExpectedState(claim.status, claim.round)


ITEMS = ("wx2020-01-inv", "wx2020-04-gb", "wx2020-05-loan")


@made_once
def publish_items() -> None:
    """Publish the few items that these tests claim: the whole catalogue takes a second each time."""
    if SupportItem.objects.filter(code=ITEMS[0]).exists():
        return
    wuxi()
    whole = load_catalogue()
    items = [version for code in ITEMS for version in whole.items[code]]
    publish_catalogue(act(), catalogue=catalogue_of([whole.documents["wx2020"]], items))
    open_claimable()


@made_once
def submitted(
    *, item: str = "wx2020-01-inv", lines: list[dict[str, Any]] | None = None, member: User | None = None
) -> Claim:
    """A claim just submitted by a member of an enterprise of Binhu."""
    cache.clear()
    publish_items()
    draft = ready_claim(member, item=item, lines=lines or [patent_facts()])
    return submit_claim(draft, act=act(draft.created_by), revision=draft.revision, commitment=True).claim


def answer_findings(claim: Claim, officer: User) -> None:
    """Answer every finding of a claim that stops its next step."""
    at = act(officer)
    with transaction.atomic():
        standing = examine(lock_claim(claim.pk), at=at.at)
    for finding in standing:
        if finding.severity != Severity.NOTICE:
            verdict = Verdict.OVERRIDE if finding.severity == Severity.BLOCKING else Verdict.VERIFIED
            given = {"code": finding.code, "key": finding.key, "digest": finding.digest}
            answer_finding(claim.pk, **given, verdict=verdict, reason="已对照原件", act=at)


@made_once
def taken_up(office: Office, *, item: str, lines: list[dict[str, Any]]) -> Claim:
    """A claim of any item of the catalogue, accepted; the item alone is published."""
    cache.clear()
    if not SupportItem.objects.filter(code=item).exists():
        publish_codes(item)
    draft = ready_claim(item=item, lines=lines)
    claim = submit_claim(draft, act=act(draft.created_by), revision=draft.revision, commitment=True).claim
    accept_claim(claim.pk, expected=expected(claim), act=act(office.acceptance))
    return again(claim)


@made_once
def accepted(office: Office, **given: Any) -> Claim:
    claim = submitted(**given)
    accept_claim(claim.pk, expected=expected(claim), act=act(office.acceptance))
    return again(claim)


@made_once
def reviewed(office: Office, **given: Any) -> Claim:
    """Proposed by the first officer, waiting for the second."""
    claim = accepted(office, **given)
    support_claim(claim.pk, expected=expected(claim), act=act(office.first))
    return again(claim)


@made_once
def confirmed(office: Office, **given: Any) -> Claim:
    """Waiting for the city's review."""
    claim = reviewed(office, **given)
    confirm_district_review(claim.pk, expected=expected(claim), act=act(office.second))
    return again(claim)


@made_once
def city_passed(office: Office, **given: Any) -> Claim:
    """Waiting for the final decision."""
    claim = confirmed(office, **given)
    support_claim(claim.pk, expected=expected(claim), act=act(office.city))
    return again(claim)


@made_once
def decided(office: Office, **given: Any) -> Claim:
    """Waiting for publicity."""
    claim = city_passed(office, **given)
    support_claim(claim.pk, expected=expected(claim), act=act(office.decider), minutes=MINUTES)
    return again(claim)


def on(day: date, user: User | None = None) -> ActorContext:
    """A deed at noon of a day."""
    moment = timezone.make_aware(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001 - made aware at once
    return ActorContext(user=user, at=moment, address="192.0.2.1")


@made_once
def publish(office: Office, *claims: Claim, starts_on: date | None = None) -> PublicityList:
    """A list of these claims, of five working days from a Monday (2026-06-01 unless said)."""
    first = starts_on or date(2026, 6, 1)
    plan = PublicityPlan(title="拟资助名单公示", starts_on=first, workdays=5, contact="电话 0510-12345")
    city = Region.objects.get(pk=claims[0].city_id)
    return publish_claims(city, claim_ids=[claim.pk for claim in claims], plan=plan, act=on(first, office.city))


@made_once
def approved(office: Office, **given: Any) -> Claim:
    """Publicised and approved."""
    claim = decided(office, **given)
    listed = publish(office, claim)
    approve_list(listed, act=on(listed.ends_on + timedelta(days=1), office.decider))
    return again(claim)


def applicant_of(user: User) -> Applicant:
    return user.active_memberships[0].applicant


def yuan(text: str) -> Decimal:
    return Decimal(text)
