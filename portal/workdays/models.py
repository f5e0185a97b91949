"""Days that a city works or rests differently from the State Council's calendar."""

from typing import ClassVar

from django.db import models


class WorkdayOverride(models.Model):
    """One day that the administrator sets against the national calendar, with its basis (依据)."""

    day = models.DateField("日期", unique=True)
    is_workday = models.BooleanField("上班")
    basis = models.CharField("依据", max_length=200)

    class Meta:
        ordering: ClassVar = ["day"]
        verbose_name = verbose_name_plural = "工作日调整"

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_workday else '放假'}"
