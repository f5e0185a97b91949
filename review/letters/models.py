"""What the applicant and the officials of a claim write to one another: appended, never changed."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone

from applications.claims.models import Claim
from applications.mandates.enums import Right
from portal.accounts.models import User
from portal.core.encrypted_fields import EncryptedField
from portal.core.files import kept_name

LONGEST = 2000


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters, narrowed to who asks."""

    def visible_to(self, user: User) -> Self:
        """Those of the claims that the person sees; under a mandate, only where it gives letters."""
        return self.filter(claim__in=Claim.objects.visible_to(user, right=Right.CORRECT))


class Letter(models.Model):
    """One message on a claim, from its applicant's side or from the offices'."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="letters")
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="写信人")
    author_name = models.CharField("署名", max_length=120)
    is_from_office = models.BooleanField("主管部门发出")
    text = EncryptedField("内容", longest=LONGEST)
    at = models.DateTimeField("时间")

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "申报往来消息"

    def __str__(self) -> str:
        return f"{self.claim.number} {self.author_name}"


class LetterFile(models.Model):
    """A file that came with a letter."""

    FOLDER = "letters"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    letter = models.ForeignKey(Letter, models.PROTECT, related_name="files")
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField("大小（字节）")
    media_type = models.CharField("类型", max_length=60)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "往来消息的附件"

    def __str__(self) -> str:
        return self.filename

    @property
    def path(self) -> str:
        """The name of the bytes in private storage."""
        return kept_name(self.FOLDER, self.sha256)


class Reading(models.Model):
    """When a person of the other side first read a letter."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="readings")
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField("阅读时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["letter", "user"], name="one_reading_each")]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.user_id}"
