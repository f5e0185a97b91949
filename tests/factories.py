"""Factories for tests: valid people, bodies and claims, with only what a test cares about spelled out."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeVar

import factory
from django.db import models, transaction
from django.utils import timezone
from factory.django import DjangoModelFactory

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim, ClaimLine
from policies.calls.enums import CallState
from policies.calls.models import Call, CallItem
from policies.engine import Catalogue, load_catalogue
from policies.engine.loader import CATALOGUE
from policies.published.models import ItemVersion, PolicyDocument, SupportItem
from policies.published.services import publish_catalogue
from portal.accounts.enums import ApplicantKind, RegionLevel, Role, SizeClass, Verification
from portal.accounts.models import Applicant, Appointment, Membership, Region, User
from portal.audit.services import record_as_read
from portal.core.actor import ActorContext
from tests.made_once import made_once

PASSWORD = "Correct-Horse-7-Battery"
Recorded = TypeVar("Recorded", bound=models.Model)
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PATENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def make_uscc(number: int, *, region: str = "320211") -> str:
    """A valid unified social credit code (GB 32100-2015) for the n-th made-up body of a region."""
    body = f"91{region}{number:09d}"
    total = sum(_USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + _USCC_ALPHABET[-total % 31]


def make_resident_id(number: int, *, region: str = "320211") -> str:
    """A valid resident ID (GB 11643) for the n-th made-up person, born in 1985."""
    body = f"{region}198506{number % 28 + 1:02d}{number // 28 % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def make_patent_no(number: int, *, year: int = 2018, kind: int = 1) -> str:
    """A valid application number in its normal form, e.g. 201810000001.6; kind 1 invention, 2 utility, 3 design."""
    body = f"{year}{kind}{number:07d}"
    rest = sum(int(c) * w for c, w in zip(body, _PATENT_WEIGHTS, strict=True)) % 11
    return f"{body}.{'X' if rest == 10 else rest}"


def make_region(code: str, name: str, level: RegionLevel, parent: Region | None = None) -> Region:
    """A region, made once."""
    region, _ = Region.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "level": level,
            "parent": parent,
            "bureau": f"{name}知识产权局",
            "contact": "0510-12345",
        },
    )
    return region


def jiangsu() -> Region:
    return make_region("320000", "江苏省", RegionLevel.PROVINCE)


def wuxi() -> Region:
    return make_region("320200", "无锡市", RegionLevel.CITY, jiangsu())


def binhu() -> Region:
    return make_region("320211", "滨湖区", RegionLevel.DISTRICT, wuxi())


def xishan() -> Region:
    return make_region("320205", "锡山区", RegionLevel.DISTRICT, wuxi())


def suzhou() -> Region:
    return make_region("320500", "苏州市", RegionLevel.CITY, jiangsu())


def act(user: User | None = None) -> ActorContext:
    """A deed of this person, now, from a documentation address."""
    return ActorContext(user=user, at=timezone.now(), address="192.0.2.1")


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"user{n}@example.org")
    name = factory.Sequence(lambda n: f"用户{n}")
    password = factory.django.Password(PASSWORD)


class ApplicantFactory(DjangoModelFactory[Applicant]):
    """A verified enterprise of Binhu with a complete profile."""

    class Meta:
        model = Applicant

    kind = ApplicantKind.ENTERPRISE
    name = factory.Sequence(lambda n: f"无锡示例科技{n}有限公司")
    uscc = factory.Sequence(lambda n: make_uscc(n + 1))
    region = factory.LazyFunction(binhu)
    legal_representative = "张三"
    contact_name = "李四"
    contact_phone = "13800000000"
    size_class = SizeClass.SMALL
    account_name = factory.SelfAttribute("name")
    bank_name = "示例银行无锡滨湖支行"
    cnaps_code = "102302000003"
    account_number = factory.Sequence(lambda n: f"00112233{n % 10_000:04d}6677")
    verification = Verification.VERIFIED

    class Params:
        individual = factory.Trait(
            kind=ApplicantKind.INDIVIDUAL,
            name=factory.Sequence(lambda n: f"王{n}"),
            uscc=None,
            resident_id=factory.Sequence(make_resident_id),
            legal_representative="",
            size_class="",
        )


@made_once
def make_member(applicant: Applicant | None = None, *, is_owner: bool | None = None, **fields: Any) -> User:
    """A user who acts for an applicant (a new one unless given); the first is its owner."""
    user = UserFactory(**fields)
    applicant = applicant or ApplicantFactory()
    if is_owner is None:
        is_owner = not applicant.memberships.exists()
    Membership.objects.create(user=user, applicant=applicant, is_owner=is_owner)
    return user


@made_once
def make_official(role: Role, region: Region, **fields: Any) -> User:
    """An official with one role in one region."""
    user = UserFactory(**fields)
    give_role(user, role, region)
    return user


def give_role(user: User, role: Role, region: Region) -> Appointment:
    """Give a person one more role, confirmed and in force."""
    with transaction.atomic():
        made = Appointment.objects.create(user=user, role=role, region=region, confirmed_at=timezone.now())
        record_as_read([made])
    return made


class RecordedFactory(DjangoModelFactory[Recorded]):
    """Of rows that the audit chain holds: written in a transaction, and noted without a further query."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type[Recorded], *args: Any, **kwargs: Any) -> Recorded:
        with transaction.atomic():
            made: Recorded = super()._create(model_class, *args, **kwargs)
            record_as_read([made])
        return made


class PolicyDocumentFactory(RecordedFactory[PolicyDocument]):
    class Meta:
        model = PolicyDocument
        django_get_or_create = ("code",)

    code = "wx2020"
    number = "锡政办发〔2020〕11号"
    title = "关于推进知识产权运营服务体系建设的若干政策意见"
    short_title = "无锡知识产权强市政策"
    issuer = "无锡市人民政府办公室"
    region = factory.LazyFunction(wuxi)
    status = "in_force"
    issued_on = date(2020, 3, 6)
    effective_from = date(2020, 3, 10)


class SupportItemFactory(RecordedFactory[SupportItem]):
    class Meta:
        model = SupportItem
        django_get_or_create = ("code",)

    code = "wx2020-01-inv"
    document = factory.SubFactory(PolicyDocumentFactory)
    position = 1
    article = "第一条第1款"
    title = "发明专利授权奖补"
    kind = "per_item"
    claimable = True


class ItemVersionFactory(RecordedFactory[ItemVersion]):
    """A version row without rules, for tests that never compute; use the loaded catalogue where rules matter."""

    class Meta:
        model = ItemVersion
        django_get_or_create = ("item", "number")

    item = factory.SubFactory(SupportItemFactory)
    number = 1
    content = factory.LazyFunction(dict)
    hash = "0" * 64


class CallFactory(RecordedFactory[Call]):
    """A published call of Wuxi that is open now, and takes facts of any day; `items` opens these items in it."""

    class Meta:
        model = Call
        skip_postgeneration_save = True

    region = factory.LazyFunction(wuxi)
    number = factory.Sequence(lambda n: f"锡知发〔2026〕{n + 1}号")
    title = factory.Sequence(lambda n: f"2026 年第 {n + 1} 批知识产权专项资金申报通知")
    opens_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=3650))
    closes_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=3650))
    facts_from = date(1990, 1, 1)
    facts_to = date(2100, 1, 1)
    contact_name = "周受理"
    contact_phone = "0510-81820000"
    state = CallState.PUBLISHED
    created_by = factory.SubFactory(UserFactory)
    published_at = factory.LazyAttribute(lambda o: None if o.state == CallState.DRAFTED else timezone.now())

    @factory.post_generation
    def items(self, _create: bool, extracted: list[SupportItem] | None, **_: Any) -> None:
        if extracted:
            open_items(self, extracted)


def open_call(*items: SupportItem) -> Call:
    """The call that tests claim in: of the items' city, made once, opened for these items too."""
    region = items[0].document.region or wuxi()
    city = region.city or region
    call = Call.objects.filter(region=city, number="测试通知").first() or CallFactory(region=city, number="测试通知")
    open_items(call, items)
    return call


def open_items(call: Call, items: Iterable[SupportItem]) -> None:
    """Have a call take these items, too."""
    standing = set(call.items.values_list("item_id", flat=True))
    with transaction.atomic():
        fresh = [CallItem(call=call, item=item) for item in items if item.pk not in standing]
        record_as_read(CallItem.objects.bulk_create(fresh))


class ClaimFactory(DjangoModelFactory[Claim]):
    """A claim in any status, with the fields that status needs; one line unless `lines=0`."""

    class Meta:
        model = Claim
        skip_postgeneration_save = True

    @classmethod
    def _generate(cls, strategy: Any, params: Any) -> Any:
        # The audit chain holds claims: they are written in a transaction, as by the portal.
        with transaction.atomic():
            return super()._generate(strategy, params)

    applicant = factory.SubFactory(ApplicantFactory)
    version = factory.SubFactory(ItemVersionFactory)
    item = factory.SelfAttribute("version.item")
    call = factory.LazyAttribute(lambda o: open_call(o.item))
    region = factory.SelfAttribute("applicant.region")
    city = factory.SelfAttribute("region.parent")
    status = ClaimStatus.SUBMITTED
    created_by = factory.LazyAttribute(lambda o: make_member(o.applicant))
    claimed_amount = Decimal("5000.00")

    @factory.lazy_attribute_sequence
    def number(self, n: int) -> str | None:
        return None if self.status == ClaimStatus.DRAFT else f"SB2026-{n:07d}"

    @factory.lazy_attribute
    def submitted_at(self) -> Any:
        return None if self.status == ClaimStatus.DRAFT else timezone.now()

    @factory.lazy_attribute
    def commitment_at(self) -> Any:
        return None if self.status == ClaimStatus.DRAFT else timezone.now()

    @factory.lazy_attribute
    def returned_from(self) -> str:
        return ClaimStatus.SUBMITTED if self.status == ClaimStatus.CORRECTION else ""

    @factory.lazy_attribute
    def approved_amount(self) -> Decimal | None:
        decided = {
            ClaimStatus.AWAITING_PUBLICITY,
            ClaimStatus.PUBLICITY,
            ClaimStatus.OBJECTION,
            ClaimStatus.APPROVED,
            ClaimStatus.PAID,
        }
        return Decimal("5000.00") if self.status in decided else None

    @factory.lazy_attribute
    def approved_title(self) -> str:
        return "示例称号" if self.status == ClaimStatus.RECOGNISED else ""

    @factory.post_generation
    def lines(self, _create: bool, extracted: int | None, **facts: Any) -> None:
        for position in range(1, (1 if extracted is None else extracted) + 1):
            number = make_patent_no(self.pk * 10 + position)
            ClaimLine.objects.create(
                claim=self,
                position=position,
                facts={"patent_no": number, "granted_on": "2021-05-10", "fees": "5000.00"} | facts,
                subject_key=number,
                exclusive_key=f"{self.item.code}|{number}" if self.holds_rights else None,
                assessed_amount=Decimal("5000.00"),
            )


@made_once
def publish_items(*codes: str, opened: bool = True) -> dict[str, ItemVersion]:
    """Publish these items of the real catalogue, with their documents, and open a call for those that can be claimed.

    Returns the newest version of each by its code.
    """
    whole = load_catalogue()
    wanted = [whole.items[code][-1] for code in codes]
    documents = [whole.documents[code] for code in {item.document_id for item in wanted}]
    publish_catalogue(
        act(), catalogue=Catalogue(documents, wanted, settings=whole.settings, fact_names=whole.fact_names)
    )
    if opened:
        open_claimable()
    return {v.item.code: v for v in ItemVersion.objects.filter(item__code__in=codes).select_related("item")}


@made_once
def publish_documents(*names: str) -> None:
    """Publish these documents of the package's catalogue with all their items; the whole catalogue without a name."""
    files = [CATALOGUE / f"{name}.yaml" for name in names]
    publish_catalogue(act(), catalogue=load_catalogue(files) if files else None)


def open_claimable() -> None:
    """Open the tests' call for every published item that can be claimed."""
    claimable = SupportItem.objects.filter(claimable=True).select_related("document__region__parent")
    by_city = groupby(claimable.order_by("document__region"), key=lambda item: item.document.region.city)
    for _, items in by_city:
        open_call(*items)
