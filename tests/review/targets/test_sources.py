"""What the portal counts of a target: decided claims of the document's own area and time, each thing once."""

import uuid
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.claims.models import ClaimLine
from policies.engine import load_catalogue
from portal.core.errors import RefusedError
from review.targets.enums import SourceKind, Verdict
from review.targets.goals import goal_of
from review.targets.models import Measurement
from review.targets.selectors import find_aim, platform_figures
from review.targets.services import adopt_platform_figure
from review.targets.sources import platform_figure
from tests.factories import ApplicantFactory, ClaimFactory, binhu, publish_items, wuxi, xishan
from tests.review.targets.worlds import TODAY, Desk, acting, measured, standing

pytestmark = pytest.mark.django_db
AGENCY, PLATFORM = "bh2024-t-agency", "bh2024-t-platform"


@pytest.fixture
def items(db):
    return publish_items(AGENCY, PLATFORM, "wx2020-11-settle", "wx2020-09-platform", "wx2020-05-loan")


def grant(version, *, status=ClaimStatus.APPROVED, region=binhu, subject="甲", applicant=None, **facts):
    """A claim of one line, decided unless another status is given."""
    claim = ClaimFactory(
        applicant=applicant or ApplicantFactory(region=region()), version=version, status=status, lines=0
    )
    facts = {"approved_on": "2025-05-10", **facts}
    ClaimLine.objects.create(claim=claim, position=1, facts=facts, subject_key=subject)
    return claim


def counted(code: str, *, on: date = TODAY) -> Decimal | None:
    aim = find_aim(code)
    assert aim is not None
    figures = platform_figures([aim], on=on)
    return figures[code, 2026].value if figures else None


def test_granted_claims_are_counted_and_others_are_not(items):
    settle = items["wx2020-11-settle"]
    for status in (ClaimStatus.APPROVED, ClaimStatus.PAID):
        grant(settle, status=status)
    for status in (ClaimStatus.SUBMITTED, ClaimStatus.FINAL_DECISION, ClaimStatus.REJECTED, ClaimStatus.WITHDRAWN):
        grant(settle, status=status)
    assert counted(AGENCY) == 2


def test_one_applicant_and_one_right_count_once(items):
    applicant = ApplicantFactory(region=binhu())
    for subject in ("甲", "乙"):
        grant(items["wx2020-11-settle"], applicant=applicant, subject=subject)
    assert counted(AGENCY) == 1
    for subject in ("甲", "甲", "乙", ""):
        grant(items["wx2020-09-platform"], subject=subject)
    assert counted(PLATFORM) == 2


def test_other_districts_do_not_count_for_a_district_s_plan(items):
    grant(items["wx2020-11-settle"], region=xishan)
    assert counted(AGENCY) == 0


@pytest.mark.parametrize(("day", "number"), [("2026-11-21", 1), ("2026-11-22", 0)])
def test_what_is_dated_after_today_does_not_count_yet(items, day, number):
    grant(items["wx2020-11-settle"], approved_on=day)
    assert counted(AGENCY) == number


@pytest.mark.parametrize(("day", "number"), [("2026-12-31", 1), ("2027-01-01", 0)])
def test_what_is_dated_after_the_last_day_never_counts(items, day, number):
    grant(items["wx2020-11-settle"], approved_on=day)
    assert counted(AGENCY, on=date(2028, 1, 1)) == number


@pytest.mark.parametrize(("day", "total"), [("2022-12-31", 0), ("2023-01-01", 3), ("2023-12-31", 3), ("2024-01-01", 0)])
def test_loans_are_added_up_within_the_year(items, day, total):
    # The county-level city of this document is not named; were it Wuxi, its loans would count.
    goal = goal_of(load_catalogue().items["fj8-t-pledge"][-1])
    document = SimpleNamespace(region_id=wuxi().pk, status="in_force")
    for principal in ("1000000.10", "2000000.20"):
        grant(items["wx2020-05-loan"], drawn_on=day, principal=principal)
    figure = platform_figure(goal, document, year=2023, on=TODAY)
    assert figure.value == (Decimal("3000000.30") if total else 0)


def test_a_document_without_area_counts_nothing():
    publish_items("fj8-t-pct", "fj8-1-pct")
    assert platform_figures([find_aim("fj8-t-pct")], on=TODAY) == {}


def test_the_figure_is_adopted_as_a_lower_bound_with_its_basis(items):
    desk = Desk()
    for _ in range(2):
        grant(items["wx2020-11-settle"])
    row = adopt_platform_figure(AGENCY, year=2026, key=uuid.uuid4(), act=acting(desk.district))
    assert (row.value, row.is_lower_bound, row.source_kind, row.measured_on) == (2, True, SourceKind.PLATFORM, TODAY)
    assert "高端知识产权服务机构落户" in row.source
    assert "2026-11-21" in row.source
    assert (standing(AGENCY).figure, standing(AGENCY).verdict) == ("至少 2 家", Verdict.OPEN)
    with pytest.raises(RefusedError, match="已经登记过"):
        adopt_platform_figure(AGENCY, year=2026, key=uuid.uuid4(), act=acting(desk.district))


def test_adopting_does_not_displace_a_whole_that_was_measured(items):
    desk = Desk()
    grant(items["wx2020-11-settle"])
    measured(desk.district, AGENCY, 87, on="2025-12-31")
    adopt_platform_figure(AGENCY, year=2026, key=uuid.uuid4(), act=acting(desk.district))
    assert standing(AGENCY).figure == "87 家"


def test_the_pages_show_the_figure_beside_what_was_measured_and_adopt_it(items, client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    desk = Desk()
    for _ in range(3):
        grant(items["wx2020-11-settle"])
    measured(desk.district, AGENCY, 2, on="2025-12-31")
    target, adopt = reverse("targets:target", args=[AGENCY]), reverse("targets:adopt", args=[AGENCY, 2026])
    assert "平台数据：至少 3 家" in client.get(reverse("targets:dashboard", args=["bh2024"])).content.decode()
    public = client.get(target).content.decode()
    assert "本地机构和没有申报落户支持的不在内" in public
    assert adopt not in public
    client.force_login(desk.district)
    assert adopt in client.get(target).content.decode()
    key = uuid.uuid4()
    for _ in range(2):
        page = client.post(adopt, {"key": key}, follow=True).content.decode()
        assert "已采用平台数据" in page
    assert Measurement.objects.filter(source_kind=SourceKind.PLATFORM).count() == 1
    assert standing(AGENCY).figure == "至少 3 家"


def test_each_source_is_one_query(items, django_assert_num_queries):
    aims = [find_aim(AGENCY), find_aim(PLATFORM)]
    grant(items["wx2020-11-settle"])
    with django_assert_num_queries(2):
        platform_figures(aims, on=TODAY)
    for _ in range(2):
        grant(items["wx2020-11-settle"])
    with django_assert_num_queries(2):
        platform_figures(aims, on=TODAY)
