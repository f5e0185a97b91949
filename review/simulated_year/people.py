"""The made-up city of a simulated year: two or three officials for each duty, and who claims."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from stdnum.cn import uscc

from applications.claims.models import Claim
from portal.accounts.enums import ApplicantKind, Role, SizeClass, Verification
from portal.accounts.models import Applicant, Membership, Region, User
from portal.accounts.persons import same_person
from portal.accounts.selectors import known_digest
from portal.accounts.services.officials import appoint_official
from portal.core import clock
from portal.core.actor import ActorContext
from review.decisions.models import Decision

CITY = "320200"
# Addresses of these people; nobody else has them.
DOMAIN = "year.demo.example"
# Who works in each district and in the city: with one away, another of the duty is there.
_IN_DISTRICT = {
    Role.ACCEPTANCE: 2,
    Role.DISTRICT_FIRST: 2,
    Role.DISTRICT_SECOND: 3,
    Role.DECISION_MAKER: 2,
    Role.FINANCE: 3,
}
_IN_CITY = {
    Role.CITY_OFFICER: 5,
    Role.DECISION_MAKER: 4,
    Role.FINANCE: 3,
    Role.POLICY_ADMIN: 2,
    Role.AUDITOR: 1,
    Role.SYSTEM_ADMIN: 1,
}
_KINDS = (*[ApplicantKind.ENTERPRISE] * 12, ApplicantKind.INSTITUTION, ApplicantKind.UNIVERSITY, ApplicantKind.AGENCY)
_RARE = (ApplicantKind.ASSOCIATION, ApplicantKind.PARK, ApplicantKind.FINANCIAL, ApplicantKind.ALLIANCE)
_TRADES = ("精密机械", "新材料", "微电子", "生物医药", "环保设备", "智能装备", "软件", "纺织", "电缆", "传感技术")
_ENDINGS = {
    ApplicantKind.ENTERPRISE: "有限公司",
    ApplicantKind.INSTITUTION: "研究所",
    ApplicantKind.UNIVERSITY: "学院",
    ApplicantKind.AGENCY: "知识产权事务所",
    ApplicantKind.ASSOCIATION: "协会",
    ApplicantKind.PARK: "产业园",
    ApplicantKind.FINANCIAL: "银行支行",
    ApplicantKind.ALLIANCE: "知识产权联盟",
}


@dataclass
class City:
    """Everybody, held in memory: officials by role and region, applicants by kind, and who acts for each of them."""

    regions: dict[str, Region]
    officials: dict[tuple[str, str], list[User]] = field(default_factory=lambda: defaultdict(list))
    applicants: list[Applicant] = field(default_factory=list)
    owners: dict[int, User] = field(default_factory=dict)

    @property
    def districts(self) -> list[Region]:
        """The city's districts, by code."""
        return [region for code, region in self.regions.items() if code != CITY]

    def present(self, role: Role, region: str, *, week: int) -> list[User]:
        """The officials of a duty who are there in a week, the one whose turn it is first; one may be away."""
        held, away = self.officials[role, region], self.away(role, region, week=week)
        there = [user for user in held if user != away] or held
        turn = week % len(there)
        return there[turn:] + there[:turn]

    def away(self, role: Role, region: str, *, week: int) -> User | None:
        """Who of a duty is away in a week; nobody in most."""
        held = self.officials[role, region]
        place = random.Random(f"{role}{region}{week}").randrange(len(held) * 3)  # noqa: S311 - no secret
        return held[place] if place < len(held) else None

    def uninvolved(self, role: Role, region: str, claim: Claim, *, week: int, of_stage: str = "") -> User:
        """The first official of a duty who concluded nothing on the claim, at any other stage than this one."""
        concluded = Decision.objects.filter(claim=claim).values_list("officer_id", "stage")
        by = [pk for pk, stage in concluded if stage != of_stage]
        people = self.present(role, region, week=week)
        return next((user for user in people if not any(same_person(user, pk) for pk in by)), people[0])


def make_city(claims: int, chance: random.Random) -> City:
    """Make the people: some 25 claims an applicant."""
    regions = Region.objects.filter(Q(parent_id=CITY) | Q(pk=CITY)).select_related("parent").order_by("code")
    city = City({region.pk: region for region in regions})
    with transaction.atomic():
        _make_officials(city)
        for number in range(max(40, claims // 25)):
            _make_applicant(city, number, chance)
    return city


def _make_officials(city: City) -> None:
    posts = [(role, district, count) for district in city.districts for role, count in _IN_DISTRICT.items()]
    posts += [(role, city.regions[CITY], count) for role, count in _IN_CITY.items()]
    number, operator = 0, ActorContext(user=None, at=clock.now())
    for role, region, count in posts:
        for _ in range(count):
            number += 1
            user = _make_user(f"official{number:03d}", f"{region.name[:2]}{role.label}{number}")
            user.identity_digest = known_digest(f"YEAR-OFFICIAL-{number:05d}")
            user.save(update_fields=["identity_digest"])
            appoint_official(user, role=role, region=region, act=operator)
            # Read anew, so that what a person may do is read once for the whole year.
            city.officials[role, region.pk].append(User.objects.get(pk=user.pk))


def _make_applicant(city: City, number: int, chance: random.Random) -> None:
    district = city.districts[number % len(city.districts)]
    # Of the rare kinds one in every second district at least.
    kind = _RARE[number // 7 % len(_RARE)] if number % 7 == number // 7 % 7 else chance.choice(_KINDS)
    stem = f"91{district.pk}YR{number + 1:07d}"
    name = f"无锡{district.name[:2]}{chance.choice(_TRADES)}{number + 1:04d}{_ENDINGS[kind]}"
    applicant = Applicant.objects.create(
        uscc=stem + uscc.calc_check_digit(stem),
        kind=kind,
        name=name,
        region=district,
        tax_region=district,
        address=f"无锡市示范路 {number + 1} 号",
        legal_representative="陈法人",
        contact_name="杨联系",
        contact_phone=f"1390{number:07d}",
        size_class=chance.choice(SizeClass.values) if kind == ApplicantKind.ENTERPRISE else "",
        verification=Verification.VERIFIED,
        account_name=name,
        bank_name="示范银行无锡分行",
        cnaps_code="102302000003",
        account_number=f"1103{number:015d}",
    )
    owner = _make_user(f"org{number + 1:04d}", f"杨联系{number + 1}")
    Membership.objects.create(user=owner, applicant=applicant, is_owner=True)
    city.applicants.append(applicant)
    city.owners[applicant.pk] = User.objects.get(pk=owner.pk)


def _make_user(login: str, name: str) -> User:
    email = f"{login}@{DOMAIN}"
    # Nobody signs in as one of them: no password is set, which would take a tenth of a second each.
    user = User.objects.create_user(email, None, name=name)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
