"""What officers set up for their own work, for the walk over all addresses."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from portal.accounts.models import User
from portal.jobs.models import Job
from review.checklists.models import ChecklistPoint
from review.decisions.services.bulk import BULK_KIND
from review.desk.models import SavedFilter
from tests.factories import wuxi


def desk_objects(people: Mapping[str, User | None]) -> dict[str, Any]:
    """A filter and a job of Binhu's first officer, and a point of Wuxi's checklists."""
    officer, administrator = people["district_first"], people["policy_admin"]
    assert officer is not None
    point = {"region": wuxi(), "stage": "city", "text": "试用", "added_by": administrator, "added_at": timezone.now()}
    payload = {"user_id": officer.pk, "stage": "district_first"}
    return {
        "saved_filter": SavedFilter.objects.create(user=officer, name="试用", query="desk=x"),
        "checklist_point": ChecklistPoint.objects.create(**point),
        "bulk_job": Job.objects.create(kind=BULK_KIND, key="access", payload=payload),
    }
