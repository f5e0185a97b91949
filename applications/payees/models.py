"""Who is paid on a claim: frozen with the submission, and changed only by a request that an officer confirms."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from applications.payees.enums import RequestState
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.choices import StateField
from portal.core.encrypted_fields import EncryptedField, EncryptedJSONField
from portal.core.regions import in_trees

OFFICERS = (Role.ACCEPTANCE, Role.FINANCE)


class PayeeRequestQuerySet(models.QuerySet["PayeeRequest"]):
    """Requests, narrowed to who asks."""

    def visible_to(self, user: User) -> "PayeeRequestQuerySet":
        """Those of the applicants one acts for; those of the regions in which one accepts claims or pays."""
        own = Q(applicant_id__in=[m.applicant_id for m in user.active_memberships])
        return self.filter(own | in_trees("region_code", user.regions_for(*OFFICERS)))

    def decidable_by(self, user: User) -> "PayeeRequestQuerySet":
        """Those that the person, as an officer, may confirm or refuse."""
        return self.filter(in_trees("region_code", user.regions_for(*OFFICERS)))


class PayeeRequest(models.Model):
    """A change of an applicant's name, region or account that waits for an officer, or was decided by one."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    applicant = models.ForeignKey("accounts.Applicant", models.PROTECT, related_name="payee_requests")
    region_code = models.CharField("地区", max_length=6)
    before = EncryptedJSONField("变更前")
    after = EncryptedJSONField("变更后")
    reason = models.CharField("变更理由", max_length=200)
    requested_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="申请人")
    requested_at = models.DateTimeField("申请时间", default=timezone.now)
    state = StateField("状态", max_length=10, choices=RequestState, default=RequestState.PENDING)
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    decision_reason = models.CharField("办理意见", max_length=200, blank=True)

    objects = PayeeRequestQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "收款信息变更申请"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["applicant"], condition=Q(state=RequestState.PENDING), name="one_open_payee_request_each"
            ),
            models.CheckConstraint(
                name="payee_request_decided_by_someone_with_a_reason",
                condition=Q(state=RequestState.PENDING, decided_by=None, decided_at=None)
                | (
                    ~Q(state=RequestState.PENDING)
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & (Q(state=RequestState.WITHDRAWN) | ~Q(decision_reason=""))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applicant.name} 收款信息变更"


class Payee(models.Model):
    """Who is paid on a claim: as submitted, or as a request changed it. Append-only; the last row counts."""

    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="payees")
    name = models.CharField("名称", max_length=120)
    account_name = models.CharField("账户名称", max_length=120)
    bank_name = models.CharField("开户银行", max_length=120)
    cnaps_code = models.CharField("联行号", max_length=12)
    account_number = EncryptedField("银行账号", longest=40)
    request = models.ForeignKey(
        PayeeRequest, models.PROTECT, null=True, blank=True, related_name="payees", verbose_name="变更申请"
    )
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        get_latest_by = "pk"
        verbose_name = verbose_name_plural = "收款人"

    def __str__(self) -> str:
        return self.account_name

    @property
    def fields(self) -> dict[str, str]:
        """Name and account, by the applicant's names of them."""
        return {name: getattr(self, name) for name in PAYEE_FIELDS}


PAYEE_FIELDS = ("name", "account_name", "bank_name", "cnaps_code", "account_number")
