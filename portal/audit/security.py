"""Put security events on record: exports, looks at full numbers, failed sign-ins, sign-outs, refusals."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from portal.accounts.areas import home_region
from portal.accounts.models import Applicant
from portal.audit.enums import SecurityKind
from portal.audit.models import SecurityEvent, SecuritySubject
from portal.core.actor import ActorContext
from portal.core.spreadsheets import workbook_response


def record_security(
    act: ActorContext,
    *,
    kind: SecurityKind,
    subject: str = "",
    region_code: str | None = None,
    applicants: Iterable[int] = (),
    details: Mapping[str, Any] | None = None,
) -> SecurityEvent:
    """Append an event; `applicants` are the keys of those whose data it concerns, who can see it.

    Without `region_code` it is the region of who acts. It is kept for `SECURITY_EVENT_DAYS` days.
    """
    keep_until = timezone.localdate(act.at) + timedelta(days=settings.SECURITY_EVENT_DAYS)
    with transaction.atomic():
        event = SecurityEvent.objects.create(
            at=act.at,
            kind=kind,
            user=act.user,
            name=act.actor_name[:40] if act.user else "",
            address=act.address[:45],
            region_code=home_region(act.user) if region_code is None else region_code,
            subject=subject[:200],
            details=dict(details or {}),
            keep_until=keep_until,
        )
        SecuritySubject.objects.bulk_create(
            SecuritySubject(event=event, applicant_id=pk, keep_until=keep_until) for pk in sorted(set(applicants))
        )
    return event


def record_disclosure(act: ActorContext, applicant: Applicant, *, fields: Iterable[str]) -> SecurityEvent:
    """Record that a person was shown numbers of an applicant in full; `fields` are their labels."""
    return record_security(
        act,
        kind=SecurityKind.DISCLOSURE,
        subject=applicant.name,
        region_code=applicant.region_id,
        applicants=[applicant.pk],
        details={"fields": list(fields)},
    )


def record_export(
    act: ActorContext, *, filename: str, sha256: str, rows: int, filters: str, applicants: Iterable[int] = ()
) -> SecurityEvent:
    """Record a file that was handed out: its SHA-256, how many rows it has and under which conditions."""
    return record_security(
        act,
        kind=SecurityKind.EXPORT,
        subject=filename,
        applicants=applicants,
        details={"rows": rows, "filters": filters, "sha256": sha256},
    )


def exported_workbook(
    act: ActorContext, content: bytes, filename: str, *, rows: int, filters: str = "", applicants: Iterable[int] = ()
) -> HttpResponse:
    """A workbook to download, its export on record."""
    digest = hashlib.sha256(content).hexdigest()
    record_export(act, filename=filename, sha256=digest, rows=rows, filters=filters, applicants=applicants)
    return workbook_response(content, filename)
