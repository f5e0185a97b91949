"""The demo's made-up values pass through the services and show every kind of verdict."""

import pytest
from django.utils import timezone

from portal.accounts.enums import Role
from review.demo.targets import PROGRESS, VALUES, load_targets
from review.targets.enums import Verdict
from review.targets.models import Measurement, ProgressEntry
from review.targets.selectors import read_dashboards, target_documents
from tests.factories import binhu, jiangsu, make_official, suzhou, wuxi
from tests.review.targets.worlds import TODAY, acting, publish_targets


@pytest.mark.django_db
def test_the_demo_s_values_are_entered_once_and_marked_as_made_up():
    publish_targets()
    officials = {
        "fuhe": make_official(Role.DISTRICT_SECOND, binhu()),
        "zhengce": make_official(Role.POLICY_ADMIN, wuxi()),
        "sheng-zhengce": make_official(Role.POLICY_ADMIN, jiangsu()),
        "suzhou-shiji": make_official(Role.CITY_OFFICER, suzhou()),
    }
    now = acting(None).at
    assert timezone.localdate(now) == TODAY
    for _ in range(2):
        load_targets(officials, now=now)
    # One of the values is corrected.
    assert Measurement.objects.count() == len(VALUES) + 1
    assert ProgressEntry.objects.count() == len(PROGRESS)
    assert not Measurement.objects.exclude(source__contains="演示").exists()
    verdicts = {s.verdict for board in read_dashboards(target_documents(), on=TODAY) for s in board.standings}
    assert verdicts == {Verdict.MET, Verdict.OPEN, Verdict.MISSED, Verdict.UNMEASURED}
