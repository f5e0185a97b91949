"""Files on their way into a claim: uploads that come in chunks, and the text by which a file finds its place."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from applications.claims.models import Claim, StoredFile


class IncomingFile(models.Model):
    """A file that comes in chunks, and what a job opens or sorts, until what became of it has been read.

    Its chunks lie in private storage, each under the place where it begins. What belongs to no claim goes into those of
    the sender's principals whose numbers it names.
    """

    FOLDER = "incoming"

    key = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(
        Claim, models.CASCADE, null=True, blank=True, related_name="incoming", verbose_name="申报"
    )
    sent_by = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", verbose_name="上传人")
    filename = models.CharField("文件名", max_length=200)
    size = models.PositiveBigIntegerField("大小（字节）")
    sha256 = models.CharField(max_length=64)
    received = models.PositiveBigIntegerField("已收到（字节）", default=0)
    begun_at = models.DateTimeField("开始时间", default=timezone.now)
    completed_at = models.DateTimeField("收齐时间", null=True, blank=True)
    opened_at = models.DateTimeField("解压完成时间", null=True, blank=True)
    taken = models.PositiveIntegerField("取出的文件数", default=0)
    told = models.JSONField("没有取出的文件及原因", default=list)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "接收中的文件"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["claim", "sent_by", "sha256"],
                condition=Q(completed_at=None),
                name="one_upload_of_the_same_bytes",
            ),
            models.UniqueConstraint(
                fields=["sent_by", "sha256"],
                condition=Q(completed_at=None, claim=None),
                name="one_upload_of_the_same_bytes_for_many",
            ),
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="no_more_received_than_said"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def percent(self) -> int:
        """How much has come, as a whole percentage."""
        return self.received * 100 // max(self.size, 1)

    @property
    def is_archive(self) -> bool:
        return self.filename.lower().endswith(".zip")

    @property
    def being_done(self) -> str:
        """What a job does with it once it is here, in words."""
        return "解压" if self.claim_id else "分拣"

    def chunk_at(self, offset: int) -> str:
        """The name in private storage of the chunk that begins at a byte."""
        return f"{self.FOLDER}/{self.key}/{offset:015d}"


class FileText(models.Model):
    """The text layer of a PDF that waits for its place; forgotten once it has one."""

    file = models.OneToOneField(StoredFile, models.CASCADE, primary_key=True, related_name="text", verbose_name="文件")
    text = models.TextField("文字")

    class Meta:
        verbose_name = verbose_name_plural = "文件中的文字"

    def __str__(self) -> str:
        return self.file_id
