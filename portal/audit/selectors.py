"""Read the audit record and the security events: pages, one object's history."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.audit.differences import object_type_label
from portal.audit.labels import action_label
from portal.audit.models import AuditRecord, SecurityEvent
from portal.core.paging import Page, paginate
from portal.core.regions import in_trees
from portal.core.searching import contains_words
from portal.core.text import half_width

PAGE_SIZE = 50
_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True, slots=True)
class _PeriodFilter:
    """Days, a person and a region. Empty fields narrow nothing; both days are included, in local time."""

    since: date | None = None
    until: date | None = None
    person: str = ""
    region: str = ""

    def _narrowed(self, rows: QuerySet[_Row], *, name: str, email: str) -> QuerySet[_Row]:
        """The rows that fit; their person stands in fields `name` and `email`. A region includes what lies in it."""
        if self.since:
            rows = rows.filter(at__gte=_midnight(self.since))
        if self.until:
            rows = rows.filter(at__lt=_midnight(self.until + timedelta(days=1)))
        if self.person:
            rows = rows.filter(contains_words(self.person, name) | Q(**{f"{email}__iexact": half_width(self.person)}))
        return rows.filter(in_trees("region_code", [self.region])) if self.region else rows


@dataclass(frozen=True, slots=True)
class RecordFilter(_PeriodFilter):
    """What narrows the record."""

    action: str = ""
    target: str = ""
    object_type: str = ""
    object_id: str = ""

    def apply(self, records: QuerySet[AuditRecord]) -> QuerySet[AuditRecord]:
        """The records that fit; an action may be a whole group (`claim.`)."""
        records = self._narrowed(records, name="actor_name", email="actor__email")
        if self.action.endswith("."):
            records = records.filter(action__startswith=self.action)
        elif self.action:
            records = records.filter(action=self.action)
        if self.target:
            records = records.filter(contains_words(self.target, "target_label") | Q(target_id=self.target))
        if self.object_type and self.object_id:
            records = records.filter(target_type=self.object_type, target_id=self.object_id)
        return records

    @property
    def words(self) -> str:
        """The filter as a person would say it; empty where it narrows nothing."""
        filters = {
            "自": self.since,
            "至": self.until,
            "人员": self.person,
            "操作": action_label(self.action) if self.action else "",
            "对象": self.target,
            "地区": self.region,
            "对象类型": object_type_label(self.object_type) if self.object_type else "",
            "对象标识": self.object_id,
        }
        return "；".join(f"{name} {value}" for name, value in filters.items() if value)


@dataclass(frozen=True, slots=True)
class SecurityFilter(_PeriodFilter):
    """What narrows the security events."""

    kind: str = ""
    subject: str = ""

    def apply(self, events: QuerySet[SecurityEvent]) -> QuerySet[SecurityEvent]:
        """The events that fit."""
        events = self._narrowed(events, name="name", email="user__email")
        if self.kind:
            events = events.filter(kind=self.kind)
        return events.filter(contains_words(self.subject, "subject"))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def page_of_records(user: User, *, narrowed: RecordFilter, after: str = "") -> Page[AuditRecord]:
    """A page of what the person may see; a cursor that makes no sense begins at the first page."""
    records = narrowed.apply(AuditRecord.objects.visible_to(user))
    return paginate(records, after=after, size=PAGE_SIZE, key="sequence")


def page_of_events(user: User, *, narrowed: SecurityFilter, after: str = "") -> Page[SecurityEvent]:
    """A page of the security events that an auditor may see, newest first."""
    return paginate(narrowed.apply(SecurityEvent.objects.visible_to(user)), after=after, size=PAGE_SIZE)


def readings_of(applicant_id: int, *, after: str = "") -> Page[SecurityEvent]:
    """A page of who saw or exported an applicant's data, newest first."""
    events = SecurityEvent.objects.about(applicant_id).select_related("user")
    return paginate(events, after=after, size=PAGE_SIZE)


def region_names(codes: set[str]) -> dict[str, str]:
    """Full names by code."""
    found = Region.objects.filter(code__in=codes).select_related("parent")
    return {region.code: region.full_name for region in found}


def regions_of_auditor(user: User) -> list[Region]:
    """The regions whose records an auditor reads."""
    within = in_trees("code", user.regions_for(Role.AUDITOR))
    return list(Region.objects.filter(within).select_related("parent").order_by("code"))
