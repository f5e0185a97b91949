"""Read the audit record: pages, one object's history, and whether the chain is whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.audit.chain import GENESIS, compute_hash
from portal.audit.differences import object_type_label
from portal.audit.labels import action_label
from portal.audit.models import AuditRecord, ChainHead, SecurityEvent
from portal.core.paging import Page, paginate
from portal.core.regions import in_trees

PAGE_SIZE = 50
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What narrows the record. Empty fields narrow nothing; both days are included, in local time."""

    since: date | None = None
    until: date | None = None
    person: str = ""
    action: str = ""
    target: str = ""
    region: str = ""
    object_type: str = ""
    object_id: str = ""

    def apply(self, records: QuerySet[AuditRecord]) -> QuerySet[AuditRecord]:
        """The records that fit. A region includes what lies in it; an action may be a whole group (`claim.`)."""
        if self.since:
            records = records.filter(at__gte=_midnight(self.since))
        if self.until:
            records = records.filter(at__lt=_midnight(self.until + timedelta(days=1)))
        if self.person:
            records = records.filter(Q(actor_name__icontains=self.person) | Q(actor__email__iexact=self.person))
        if self.action.endswith("."):
            records = records.filter(action__startswith=self.action)
        elif self.action:
            records = records.filter(action=self.action)
        if self.target:
            records = records.filter(Q(target_label__icontains=self.target) | Q(target_id=self.target))
        if self.region:
            records = records.filter(in_trees("region_code", [self.region]))
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
class SecurityFilter:
    """What narrows the security events. Empty fields narrow nothing; both days are included, in local time."""

    since: date | None = None
    until: date | None = None
    person: str = ""
    kind: str = ""
    subject: str = ""
    region: str = ""

    def apply(self, events: QuerySet[SecurityEvent]) -> QuerySet[SecurityEvent]:
        """The events that fit; a region includes what lies in it."""
        if self.since:
            events = events.filter(at__gte=_midnight(self.since))
        if self.until:
            events = events.filter(at__lt=_midnight(self.until + timedelta(days=1)))
        if self.person:
            events = events.filter(Q(name__icontains=self.person) | Q(user__email__iexact=self.person))
        if self.kind:
            events = events.filter(kind=self.kind)
        if self.subject:
            events = events.filter(subject__icontains=self.subject)
        return events.filter(in_trees("region_code", [self.region])) if self.region else events


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


@dataclass(frozen=True, slots=True)
class ChainReport:
    """How far the chain is whole: records walked, the last one's hash, and the first break with its reason."""

    count: int
    last_hash: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None


def verify_chain(*, anchors: Mapping[int, str] | None = None) -> ChainReport:
    """Walk the whole chain in constant memory and compare its end with the stored head.

    `anchors` are hashes by sequence that somebody noted elsewhere: they also show that the chain's end was not cut
    off and written anew. Records appended meanwhile do no harm.
    """
    head_before = _head()
    expected = dict(anchors or {}) | ({head_before.sequence: head_before.hash} if head_before.sequence else {})
    count, previous = 0, GENESIS
    if (stray := AuditRecord.objects.filter(sequence__lt=1).order_by("sequence").first()) is not None:
        return ChainReport(0, previous, stray.sequence, "序号不在链上")
    while batch := list(AuditRecord.objects.filter(sequence__gt=count).order_by("sequence")[:_BATCH]):
        for record in batch:
            reason = _problem(record, count=count, previous=previous, expected=expected.get(count + 1))
            if reason:
                return ChainReport(count, previous, count + 1, reason)
            count, previous = record.sequence, record.hash
    if (missing := [sequence for sequence in expected if sequence > count]) and missing:
        return ChainReport(count, previous, count + 1, f"其后的记录缺失，链上应至少有 {max(missing)} 条")
    if count > (sequence := _head().sequence):
        return ChainReport(count, previous, sequence + 1, "记录在链尾之外")
    return ChainReport(count, previous)


def _head() -> ChainHead:
    return ChainHead.objects.filter(pk=1).first() or ChainHead()


def _problem(record: AuditRecord, *, count: int, previous: str, expected: str | None) -> str:
    if record.sequence != count + 1:
        return "记录缺失"
    if record.previous_hash != previous:
        return "与上一条记录不衔接"
    if compute_hash(record) != record.hash:
        return "内容与哈希不符，记录被改动过"
    if expected is not None and record.hash != expected:
        return "哈希与另存的不符，这一条之前的链被重写过"
    return ""
