"""Background work as rows: the broker may forget a message, the table does not."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.accounts.areas import in_area
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.choices import StateField
from portal.jobs.enums import JobState
from portal.jobs.kinds import kind_label


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs, narrowed to who asks."""

    def visible_to(self, user: User) -> JobQuerySet:
        """A system administrator sees the jobs of their area (`portal.accounts.areas`); nobody else sees any."""
        return self.filter(in_area(user, "region_code", Role.SYSTEM_ADMIN))

    def leased(self, job_id: int, *, token: str) -> JobQuerySet:
        """The job, while it runs under the lease of this token; none once another worker has it."""
        return self.filter(pk=job_id, lease_token=token, state=JobState.RUNNING)


class Job(models.Model):
    """One piece of background work. `(kind, key)` is unique, so enqueuing it twice is one job."""

    kind = models.CharField("种类", max_length=60)
    key = models.CharField("标识", max_length=120)
    region_code = models.CharField("地区", max_length=6, blank=True, help_text="空的不属于任何地区")
    payload = models.JSONField("参数", default=dict)
    state = StateField("状态", max_length=10, choices=JobState, default=JobState.WAITING)
    attempts = models.PositiveIntegerField("已尝试", default=0)
    max_attempts = models.PositiveIntegerField("最多尝试", default=6)
    run_after = models.DateTimeField("不早于", default=timezone.now)
    lease_token = models.CharField(max_length=36, blank=True)
    lease_until = models.DateTimeField("执行期限", null=True, blank=True)
    progress_done = models.PositiveIntegerField("已完成步数", default=0)
    progress_total = models.PositiveIntegerField("总步数", default=0, help_text="0 表示这类任务不报告进度")
    request_id = models.CharField("请求编号", max_length=64, blank=True, help_text="登记任务的请求，日志中以此相连")
    last_error = models.TextField("最近错误", blank=True)
    created_at = models.DateTimeField("登记时间", default=timezone.now)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="one_job_per_kind_and_key"),
            models.CheckConstraint(
                name="running_job_has_a_lease",
                condition=Q(state=JobState.RUNNING, lease_until__isnull=False)
                | (~Q(state=JobState.RUNNING) & Q(lease_until=None)),
            ),
            models.CheckConstraint(name="progress_within_total", condition=Q(progress_done__lte=F("progress_total"))),
            models.CheckConstraint(
                name="done_job_has_a_time",
                condition=Q(state=JobState.DONE, finished_at__isnull=False)
                | (~Q(state=JobState.DONE) & Q(finished_at=None)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["run_after"], name="jobs_to_do", condition=Q(state__in=[JobState.WAITING, JobState.RUNNING])
            ),
            models.Index(fields=["state", "-id"], name="jobs_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return kind_label(self.kind)

    @property
    def percent(self) -> int | None:
        """How much of it is done, whole per cent; None where its handler has reported nothing."""
        return self.progress_done * 100 // self.progress_total if self.progress_total else None

    @property
    def error_line(self) -> str:
        """The last line of the error: what went wrong, without where."""
        return self.last_error.strip().rpartition("\n")[2]


class Heartbeat(models.Model):
    """When a part of the machinery last did its round; shows that worker and beat are alive."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
