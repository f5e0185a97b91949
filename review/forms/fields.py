"""Form fields that several forms of the review share: they live on the ground floor."""

from portal.fields import DayField, YuanField

__all__ = ["DayField", "YuanField"]
