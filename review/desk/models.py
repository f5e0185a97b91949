"""How an officer sets up the own work: filters of the queue that were given a name."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class SavedFilter(models.Model):
    """A queue and its filters under a name of the officer's own; `query` is that of the queue's address."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    name = models.CharField("名称", max_length=20)
    query = models.CharField("条件", max_length=500)
    is_default = models.BooleanField("默认", default=False)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = verbose_name_plural = "已存筛选"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name"], name="one_saved_filter_a_name"),
            models.UniqueConstraint(fields=["user"], condition=Q(is_default=True), name="one_default_filter_a_user"),
        ]

    def __str__(self) -> str:
        return self.name
