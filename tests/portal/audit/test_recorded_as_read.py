"""Rows that were locked and read whole are recorded as they were read."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from portal.audit.contents import TEXTS
from portal.audit.services import record_as_read, record_audit
from portal.audit.verification import altered_rows
from portal.core.bulk import update_rows
from review.payments.models import Disbursement
from tests.factories import act, wuxi
from tests.portal.core.protected_rows import ROWS

pytestmark = pytest.mark.django_db


def test_rows_recorded_as_they_were_read_under_a_lock_are_as_the_database_has_them():
    with transaction.atomic():
        pk = Disbursement.objects.create(part=ROWS["funding.awardpart"][0](), fen=1).pk
        for rows in (Disbursement.objects.for_books(), Disbursement.objects.only("reason")):
            row = rows.get(pk=pk)
            row.reason += "退"
            update_rows([row], "reason")
            record_as_read([row, row.part.award.claim])
        record_audit(act(), action="jobs.retry", target=wuxi())
    assert list(altered_rows()) == []


def test_a_moment_is_hashed_as_it_is_read_whatever_zone_it_was_written_in_before():
    here = datetime(2026, 3, 2, 9, 0, 7, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert [TEXTS[datetime](here), TEXTS[datetime](here.astimezone(UTC))] == [
        "2026-03-02T09:00:07+08:00",
        "2026-03-02T01:00:07Z",
    ]
