"""People and the bodies they act for: regions, users, applicants, memberships, appointments."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from portal.accounts.enums import (
    ADMINISTRATORS,
    ApplicantKind,
    OverrideState,
    RegionLevel,
    Role,
    SizeClass,
    Verification,
)
from portal.accounts.persons import Person, UserManager, in_force
from portal.core.choices import StateField
from portal.core.encrypted_fields import EncryptedField, EncryptedJSONField, KeyedHashField
from portal.core.regions import in_trees


class Region(models.Model):
    """A province, city or district by its GB/T 2260 code; the code's digits carry the tree."""

    code = models.CharField("代码", max_length=6, primary_key=True)
    name = models.CharField("名称", max_length=40)
    level = models.CharField("层级", max_length=10, choices=RegionLevel.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    bureau = models.CharField("知识产权主管部门", max_length=60, blank=True, help_text="通知书的发文机关")
    contact = models.CharField("咨询电话", max_length=60, blank=True)

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = verbose_name_plural = "地区"

    def __str__(self) -> str:
        return self.name

    @property
    def city(self) -> Region | None:
        """The city this region is or belongs to; none for a province."""
        if self.level == RegionLevel.CITY:
            return self
        return self.parent if self.level == RegionLevel.DISTRICT else None

    @property
    def full_name(self) -> str:
        """City and district together, e.g. 无锡市滨湖区."""
        return f"{self.parent.name}{self.name}" if self.level == RegionLevel.DISTRICT and self.parent else self.name


class User(Person):
    """A person who signs in. What they may do stands in memberships and appointments, never here."""

    email = models.EmailField("电子邮箱", unique=True)
    name = models.CharField("姓名", max_length=40)
    phone = EncryptedField("手机号码", longest=20, blank=True)
    phone_hash = KeyedHashField("phone", db_index=True)
    is_active = models.BooleanField("可登录", default=True)
    date_joined = models.DateTimeField("注册时间", default=timezone.now)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def active_appointments(self) -> list[Appointment]:
        """Appointments in force, with their regions."""
        return self.standing.appointments

    @property
    def active_memberships(self) -> list[Membership]:
        """Memberships with their applicants."""
        return self.standing.memberships

    @cached_property
    def roles(self) -> frozenset[str]:
        """Roles held anywhere."""
        return frozenset(a.role for a in self.active_appointments)

    @property
    def is_official(self) -> bool:
        return bool(self.active_appointments)

    @property
    def is_applicant(self) -> bool:
        return bool(self.active_memberships)

    def regions_for(self, *roles: str) -> list[str]:
        """Codes of the regions in which this person holds any of the roles."""
        return [a.region_id for a in self.active_appointments if a.role in roles]


class ApplicantQuerySet(models.QuerySet["Applicant"]):
    """Applicants, narrowed to who asks."""

    def visible_to(self, user: User) -> ApplicantQuerySet:
        """One's own; those of an official's region, except for administrators, who do no business."""
        regions = [a.region_id for a in user.active_appointments if a.role not in ADMINISTRATORS]
        own = Q(pk__in=[m.applicant_id for m in user.active_memberships])
        return self.filter(own | in_trees("region__code", regions))


class Applicant(models.Model):
    """Who applies: an organisation keyed by USCC (GB 32100-2015) or a person keyed by resident ID."""

    kind = models.CharField("主体类型", max_length=20, choices=ApplicantKind.choices)
    name = models.CharField("名称", max_length=120)
    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True, null=True, blank=True)
    resident_id = EncryptedField("公民身份号码", longest=18, null=True, blank=True)
    resident_id_hash = KeyedHashField("resident_id", unique=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="注册地", related_name="applicants")
    tax_region = models.ForeignKey(
        Region, models.PROTECT, verbose_name="纳税地", related_name="+", null=True, blank=True
    )
    address = models.CharField("地址", max_length=200, blank=True)
    legal_representative = models.CharField("法定代表人", max_length=40, blank=True)
    contact_name = models.CharField("联系人", max_length=40, blank=True)
    contact_phone = EncryptedField("联系电话", longest=20, blank=True)
    size_class = models.CharField("企业规模", max_length=10, choices=SizeClass.choices, blank=True)
    account_name = models.CharField("账户名称", max_length=120, blank=True)
    bank_name = models.CharField("开户银行", max_length=120, blank=True)
    cnaps_code = models.CharField("联行号", max_length=12, blank=True, help_text="12 位数字")
    account_number = EncryptedField("银行账号", longest=40, blank=True)
    identifier_override_reason = models.CharField("代码校验例外原因", max_length=200, blank=True)
    identifier_override_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField("建立时间", default=timezone.now)
    verification = models.CharField(
        "核验", max_length=10, choices=Verification.choices, default=Verification.UNVERIFIED
    )
    owner_submits = models.BooleanField("由负责人提交", default=False, help_text="成员填写，负责人核对后提交")

    objects = ApplicantQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报单位"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="applicant_has_its_kind_of_identifier",
                condition=Q(kind=ApplicantKind.INDIVIDUAL, resident_id__isnull=False, uscc__isnull=True)
                | (~Q(kind=ApplicantKind.INDIVIDUAL) & Q(uscc__isnull=False, resident_id__isnull=True)),
            ),
            models.CheckConstraint(
                name="applicant_override_has_reason_and_officer",
                condition=Q(identifier_override_reason="", identifier_override_by=None)
                | (~Q(identifier_override_reason="") & Q(identifier_override_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_individual(self) -> bool:
        return self.kind == ApplicantKind.INDIVIDUAL

    @property
    def verification_tone(self) -> str:
        return Verification(self.verification).tone

    @property
    def is_verified(self) -> bool:
        """Whether it is known who acts for it: an officer read its papers, or a provider vouched."""
        return self.is_individual or self.verification == Verification.VERIFIED

    @property
    def identifier(self) -> str:
        """The number that identifies this applicant in full; for officers and the applicant only."""
        return self.resident_id or self.uscc or ""

    @property
    def masked_identifier(self) -> str:
        """The number as a printed notice may show it: a resident ID keeps its first 6 and last 4 characters."""
        if self.resident_id:
            return f"{self.resident_id[:-12]}********{self.resident_id[-4:]}"
        return self.uscc or ""

    @property
    def missing_for_claim(self) -> list[str]:
        """Labels of the profile's fields that a claim needs and that are still empty."""
        needed = ["contact_name", "contact_phone", "account_name", "bank_name", "cnaps_code", "account_number"]
        needed += [] if self.is_individual else ["legal_representative"]
        labels = {field.name: str(field.verbose_name) for field in self._meta.fields}
        return [labels[name] for name in needed if not getattr(self, name)]


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, narrowed to who asks."""

    def visible_to(self, user: User) -> MembershipQuerySet:
        """Those of the applicants one acts for."""
        return self.filter(applicant_id__in=[m.applicant_id for m in user.active_memberships])


class Membership(models.Model):
    """A user acts for an applicant; an owner also invites and removes others."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    applicant = models.ForeignKey(Applicant, models.PROTECT, related_name="memberships")
    is_owner = models.BooleanField("负责人", default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "applicant"], name="one_membership_each"),
            models.UniqueConstraint(fields=["applicant"], condition=Q(is_owner=True), name="one_owner_each"),
        ]

    def __str__(self) -> str:
        return f"{self.applicant.name} {self.user.name}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, narrowed to who asks."""

    def visible_to(self, user: User) -> InvitationQuerySet:
        """Those of the applicants one owns: only an owner invites and takes back."""
        return self.filter(applicant_id__in=[m.applicant_id for m in user.active_memberships if m.is_owner])

    def open_at(self, now: datetime) -> InvitationQuerySet:
        """Neither accepted nor cancelled nor expired."""
        return self.filter(accepted_at=None, cancelled_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """An owner's invitation to join; the token goes by e-mail and is stored only as a hash."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    applicant = models.ForeignKey(Applicant, models.CASCADE, related_name="invitations")
    email = models.EmailField("受邀邮箱")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="invitation_accepted_by_someone",
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_accepted_or_cancelled", condition=Q(accepted_at=None) | Q(cancelled_at=None)
            ),
            models.UniqueConstraint(
                fields=["applicant", "email"],
                condition=Q(accepted_at=None, cancelled_at=None),
                name="one_open_invitation_each",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applicant.name} {self.email}"


class OverrideRequestQuerySet(models.QuerySet["OverrideRequest"]):
    """Requests for an exception, narrowed to who asks."""

    def visible_to(self, user: User) -> OverrideRequestQuerySet:
        """One's own; those of the districts in which one does acceptance."""
        return self.filter(Q(requested_by=user) | Q(region_id__in=user.regions_for(Role.ACCEPTANCE)))


class OverrideRequest(models.Model):
    """A person asks to register a body whose credit code fails the check; an acceptance officer decides.

    `details` holds the whole registration form, so that nobody has to fill it in twice.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="override_requests")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="注册地")
    name = models.CharField("名称", max_length=120)
    uscc = models.CharField("统一社会信用代码", max_length=18)
    problem = models.CharField("校验结果", max_length=200)
    reason = models.CharField("申请理由", max_length=200)
    details = EncryptedJSONField("登记内容")
    state = StateField("状态", max_length=10, choices=OverrideState, default=OverrideState.PENDING)
    created_at = models.DateTimeField("申请时间", default=timezone.now)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    decision_reason = models.CharField("办理意见", max_length=200, blank=True)
    applicant = models.OneToOneField(Applicant, models.PROTECT, null=True, blank=True, related_name="+")

    objects = OverrideRequestQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]
        verbose_name = verbose_name_plural = "代码校验例外申请"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["requested_by", "uscc"], condition=Q(state=OverrideState.PENDING), name="one_open_override_each"
            ),
            models.CheckConstraint(
                name="override_decided_with_reason_and_officer",
                condition=Q(state=OverrideState.PENDING, decided_by=None, decided_at=None, decision_reason="")
                | (
                    ~Q(state=OverrideState.PENDING)
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decision_reason="")
                ),
            ),
            models.CheckConstraint(
                name="override_approved_has_applicant",
                condition=Q(state=OverrideState.APPROVED, applicant__isnull=False)
                | (~Q(state=OverrideState.APPROVED) & Q(applicant=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.uscc}"

    @property
    def is_pending(self) -> bool:
        return self.state == OverrideState.PENDING


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Appointments, narrowed to who asks."""

    def visible_to(self, user: User) -> AppointmentQuerySet:
        """Those in the region trees one administers: a city with its districts, a province with both."""
        return self.filter(in_trees("region__code", user.regions_for(*ADMINISTRATORS)))

    def in_force(self) -> AppointmentQuerySet:
        """Confirmed, begun and not ended: only these give rights."""
        return self.filter(in_force(timezone.localdate()))


class Appointment(models.Model):
    """An official holds a role in a region, once it is confirmed. Ended by a date, never deleted."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="appointments")
    role = models.CharField("职责", max_length=20, choices=Role.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="appointments")
    appointed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    appointed_at = models.DateTimeField("任职时间", default=timezone.now)
    identity_digest = models.CharField("身份摘要", max_length=64, blank=True)
    identity_number = EncryptedField("证件号码", longest=18, blank=True, default="")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField("任职自", null=True, blank=True, help_text="留空为确认之日")
    ends_on = models.DateField("任职至", null=True, blank=True, help_text="留空为长期；到期自行终止")
    revoked_at = models.DateTimeField("免职时间", null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "role", "region"], condition=Q(revoked_at=None), name="one_active_appointment_each"
            ),
            models.CheckConstraint(
                name="appointment_ends_after_it_begins",
                condition=Q(revoked_at=None) | Q(revoked_at__gte=F("appointed_at")),
            ),
            models.CheckConstraint(
                name="appointment_lasts_a_day",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="appointment_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("appointed_by")) & ~Q(confirmed_by=F("user")),
            ),
        ]

    def __str__(self) -> str:
        return Role(self.role).of(self.region.full_name)

    @property
    def is_over(self) -> bool:
        """Whether its last day is past."""
        return self.ends_on is not None and self.ends_on < timezone.localdate()
